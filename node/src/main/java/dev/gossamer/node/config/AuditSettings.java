package dev.gossamer.node.config;

import static dev.gossamer.node.config.Readers.integer;

/** What the auditor may be told. */
public final class AuditSettings {
    public static final Setting<Integer> RATE =
            new Setting<>(
                    "audit.rate",
                    "10",
                    integer(0, 100),
                    "How many of its writes a second, at most, this node compares on all members after 100 ms, 1 s, 10 s and 1 min; 0 for none.");

    private AuditSettings() {}
}
