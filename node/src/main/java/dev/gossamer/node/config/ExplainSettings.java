package dev.gossamer.node.config;

/** What a node remembers for {@code gossamer explain}. */
public final class ExplainSettings {
    private static final long TIB = 1L << 40;

    public static final Setting<Long> MUTATIONS_BYTES_MAX =
            new Setting<>(
                    "explain.mutations-bytes-max",
                    "4MiB",
                    Readers.bytes(0, TIB),
                    "What the last changes of keys, and who caused them, may take for gossamer explain; the oldest leave first, 0 keeps none.");

    private ExplainSettings() {}
}
