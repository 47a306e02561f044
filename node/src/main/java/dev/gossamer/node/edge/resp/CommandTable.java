package dev.gossamer.node.edge.resp;

import dev.gossamer.protocol.resp.Request;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * All commands, found by name in any case without making a string of it. Immutable.
 *
 * <p><b>Cost.</b> One pass over the name and, as good as always, one comparison.
 */
final class CommandTable {
    private static final int NONE = -1;
    private static final int SIZE = 1024;

    private final List<Command> commands;
    private final byte[][] names;

    /** Open addressing: the index of a command, or {@link #NONE}. */
    private final short[] buckets = new short[SIZE];

    CommandTable(Collection<Command> all) {
        if (all.size() > SIZE / 4) {
            throw new IllegalArgumentException(all.size() + " commands in a table of " + SIZE);
        }
        commands = List.copyOf(all);
        names = new byte[commands.size()][];
        Arrays.fill(buckets, (short) NONE);
        for (int i = 0; i < names.length; i++) {
            names[i] =
                    commands.get(i)
                            .name()
                            .toUpperCase(Locale.ROOT)
                            .getBytes(StandardCharsets.US_ASCII);
            int bucket = hash(names[i], 0, names[i].length);
            while (buckets[bucket] != NONE) {
                bucket = (bucket + 1) & (SIZE - 1);
            }
            buckets[bucket] = (short) i;
        }
    }

    List<Command> commands() {
        return commands;
    }

    Command command(int index) {
        return commands.get(index);
    }

    /** The index of the command that argument {@code i} names, or -1. */
    int find(Request request, int i) {
        byte[] array = request.array();
        int from = request.offset(i);
        int length = request.length(i);
        int bucket = hash(array, from, length);
        while (true) {
            int index = buckets[bucket];
            if (index == NONE || same(names[index], array, from, length)) {
                return index;
            }
            bucket = (bucket + 1) & (SIZE - 1);
        }
    }

    Optional<Command> find(String name) {
        return commands.stream().filter(c -> c.name().equalsIgnoreCase(name)).findFirst();
    }

    private static int hash(byte[] array, int from, int length) {
        int hash = length;
        int end = from + Math.min(length, 16);
        for (int i = from; i < end; i++) {
            // 0x5f makes letters upper case; what else it does to other bytes does no harm here.
            hash = hash * 31 + (array[i] & 0x5f);
        }
        return (hash ^ hash >>> 10) & (SIZE - 1);
    }

    private static boolean same(byte[] name, byte[] array, int from, int length) {
        if (name.length != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (name[i] != Request.upper(array[from + i])) {
                return false;
            }
        }
        return true;
    }
}
