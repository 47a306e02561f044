package dev.gossamer.node.mesh.sim;

/**
 * What does not change in a run.
 *
 * @param hosts machines
 * @param founders how many of them run from the beginning
 * @param replication copies wanted
 * @param lanes per process
 * @param clients how many call at once
 * @param keys how many keys they share, half of them in a consistent cache
 * @param blindDetector see {@link Detector}
 * @param clockRateSpread how much faster or slower a machine's clock may run, as a fraction
 * @param disk what machines keep of their entries
 * @param bug planted in all members
 * @param wallSpreadMillis how far a machine's wall clock may be off
 */
record Setup(
        int hosts,
        int founders,
        int replication,
        int lanes,
        int clients,
        int keys,
        boolean blindDetector,
        double clockRateSpread,
        long wallSpreadMillis,
        Disk.Kind disk,
        Bugs.Bug bug) {}
