package dev.gossamer.node.mesh.link;

import dev.gossamer.node.cache.Keyspace.Item;
import dev.gossamer.node.cache.Tags;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.OperationId;
import dev.gossamer.protocol.Version;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The elements that frames are made of: big-endian integers, and byte strings after their 32-bit
 * length. A length is compared with what the frame still has before anything is allocated.
 */
final class Wire {
    private static final int ABSENT = 0;
    private static final int VALUE = 1;
    private static final int TOMBSTONE = 2;
    private static final int TAGGED = 3;

    private Wire() {}

    static void writeBytes(ByteBuf out, byte[] bytes) {
        out.writeInt(bytes.length).writeBytes(bytes);
    }

    static byte[] readBytes(ByteBuf in) {
        int length = in.readInt();
        if (length < 0 || length > in.readableBytes()) {
            throw new MalformedFrameException(
                    "a byte string of "
                            + length
                            + " bytes in a frame with "
                            + in.readableBytes()
                            + " left");
        }
        byte[] bytes = new byte[length];
        in.readBytes(bytes);
        return bytes;
    }

    static void writeKey(ByteBuf out, Bytes key) {
        writeBytes(out, key.array());
    }

    static Bytes readKey(ByteBuf in) {
        return Bytes.wrap(readBytes(in));
    }

    static void writeText(ByteBuf out, String text) {
        writeBytes(out, text.getBytes(StandardCharsets.UTF_8));
    }

    static String readText(ByteBuf in) {
        return new String(readBytes(in), StandardCharsets.UTF_8);
    }

    static void writeVersion(ByteBuf out, Version version) {
        out.writeLong(version.epoch()).writeLong(version.clock());
        out.writeLong(version.member().value());
    }

    static Version readVersion(ByteBuf in) {
        return new Version(in.readLong(), in.readLong(), new MemberId(in.readLong()));
    }

    static void writeId(ByteBuf out, OperationId id) {
        out.writeLong(id.client()).writeLong(id.sequence());
    }

    static OperationId readId(ByteBuf in) {
        return new OperationId(in.readLong(), in.readLong());
    }

    static void writeEntry(ByteBuf out, @Nullable Entry entry) {
        if (entry == null) {
            out.writeByte(ABSENT);
            return;
        }
        boolean tagged = entry.tags().length > 0;
        out.writeByte(entry.isTombstone() ? TOMBSTONE : tagged ? TAGGED : VALUE);
        writeVersion(out, entry.version());
        out.writeLong(entry.expiresAtMillis());
        if (!entry.isTombstone()) {
            writeBytes(out, entry.value());
        }
        if (tagged) {
            writeTags(out, entry.tags());
        }
    }

    static void writeTags(ByteBuf out, long[] tags) {
        out.writeByte(tags.length);
        for (long tag : tags) {
            out.writeLong(tag);
        }
    }

    static long[] readTags(ByteBuf in) {
        int count = in.readUnsignedByte();
        if (count == 0 || count > Tags.PER_ENTRY_MAX) {
            throw unknown("number of tags", count);
        }
        long[] tags = new long[count];
        for (int i = 0; i < count; i++) {
            tags[i] = in.readLong();
        }
        return tags;
    }

    static @Nullable Entry readEntryOrNull(ByteBuf in) {
        int kind = in.readUnsignedByte();
        if (kind == ABSENT) {
            return null;
        }
        Version version = readVersion(in);
        long expiresAtMillis = in.readLong();
        return switch (kind) {
            case VALUE -> Entry.of(readBytes(in), version, expiresAtMillis);
            case TOMBSTONE -> Entry.tombstone(version, expiresAtMillis);
            case TAGGED -> {
                byte[] value = readBytes(in);
                yield Entry.of(value, version, expiresAtMillis, readTags(in));
            }
            default -> throw unknown("entry", kind);
        };
    }

    static void writeItems(ByteBuf out, List<Item> items) {
        out.writeInt(items.size());
        for (int i = 0; i < items.size(); i++) {
            writeKey(out, items.get(i).key());
            writeEntry(out, items.get(i).entry());
        }
    }

    static List<Item> readItems(ByteBuf in) {
        return readList(in, Wire::readItem);
    }

    private static Item readItem(ByteBuf in) {
        Bytes key = readKey(in);
        Entry entry = readEntryOrNull(in);
        if (entry == null) {
            throw new MalformedFrameException("an item without an entry");
        }
        return new Item(key, entry);
    }

    static void writeKeys(ByteBuf out, List<Bytes> keys) {
        out.writeInt(keys.size());
        for (int i = 0; i < keys.size(); i++) {
            writeKey(out, keys.get(i));
        }
    }

    static List<Bytes> readKeys(ByteBuf in) {
        return readList(in, Wire::readKey);
    }

    /** Reads a 32-bit count and as many elements, each of at least one byte. */
    static <T> List<T> readList(ByteBuf in, Function<ByteBuf, T> element) {
        int count = in.readInt();
        if (count < 0 || count > in.readableBytes()) {
            throw new MalformedFrameException(
                    count + " elements in a frame with " + in.readableBytes() + " bytes left");
        }
        List<T> list = new ArrayList<>(Math.min(count, 1024));
        for (int i = 0; i < count; i++) {
            list.add(element.apply(in));
        }
        return list;
    }

    static boolean readFlag(ByteBuf in) {
        int flag = in.readUnsignedByte();
        if (flag > 1) {
            throw unknown("flag", flag);
        }
        return flag == 1;
    }

    static MalformedFrameException unknown(String what, int found) {
        return new MalformedFrameException("unknown " + what + " " + found);
    }
}
