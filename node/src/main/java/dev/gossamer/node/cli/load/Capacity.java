package dev.gossamer.node.cli.load;

import dev.gossamer.node.cli.trace.Trace;
import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * How many entries a cache can keep, counted once however many copies there are: what makes a mesh
 * and one cache comparable.
 */
public sealed interface Capacity {
    Pattern COUNT = Pattern.compile("[0-9]+");
    Pattern PERCENT = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)%");

    /** A part of the trace's distinct keys, within (0, 1]. */
    record Part(double part) implements Capacity {}

    /** What the entries and their overhead take, one copy of each. */
    record Size(long bytes) implements Capacity {}

    /** So many. */
    record Entries(long count) implements Capacity {}

    /**
     * Reads {@code 5%}, {@code 4000} (entries) or {@code 64MiB}.
     *
     * @param bytes reads a size
     * @throws IllegalArgumentException for anything else
     */
    static Capacity parse(String text, Function<String, Long> bytes) {
        var percent = PERCENT.matcher(text);
        if (percent.matches()) {
            double part = Double.parseDouble(percent.group(1)) / 100;
            if (part > 0 && part <= 1) {
                return new Part(part);
            }
            throw new IllegalArgumentException(text + " is outside (0%, 100%]");
        }
        return COUNT.matcher(text).matches()
                ? new Entries(Long.parseLong(text))
                : new Size(bytes.apply(text));
    }

    /** How many entries of the trace that is; at least one. */
    default long entries(Trace trace, double entryBytes) {
        long count =
                switch (this) {
                    case Part(double part) -> Math.round(part * trace.keyCount());
                    case Size(long bytes) -> (long) (bytes / entryBytes);
                    case Entries(long entries) -> entries;
                };
        return Math.max(1, count);
    }

    /** What an entry of the trace counts towards a node's memory, on average over its keys. */
    static double entryBytes(Trace trace, String keyPrefix, int valueBytes) {
        Entry entry =
                Entry.of(new byte[valueBytes], new Version(1, 1, new MemberId(1)), Entry.NEVER);
        byte[] prefix = Bytes.utf8(keyPrefix).array();
        double sum = 0;
        for (int key = 0; key < trace.keyCount(); key++) {
            byte[] whole = new byte[prefix.length + trace.keyText(key).length];
            sum += MemoryTier.weightOf(Bytes.wrap(whole), entry);
        }
        return sum / trace.keyCount();
    }

    /** What each node needs to keep so many entries together. */
    static long memoryPerNode(long entries, double entryBytes, int replication, int nodes) {
        return (long) Math.ceil(entries * entryBytes * replication / nodes);
    }

    /** How many entries a mesh keeps. */
    static long entriesOf(long memoryBytesMax, double entryBytes, int replication) {
        return Math.max(1, (long) (memoryBytesMax / (entryBytes * replication)));
    }
}
