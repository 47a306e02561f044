/**
 * A whole mesh in one thread and in virtual time: the real nodes on simulated lanes, clocks,
 * networks and disks. A seed is a complete description of a run.
 */
@NullMarked
package dev.gossamer.node.mesh.sim;

import org.jspecify.annotations.NullMarked;
