package dev.gossamer.node.cache;

import dev.gossamer.node.cache.Tags.Bumped;
import dev.gossamer.protocol.KeyHash;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The invalidations of tags that a member has stored, in the file {@value #NAME} of its data
 * folder: without them, entries that come back from its disk after all members have restarted would
 * count as valid again (C8). docs/return.md has the layout.
 *
 * <p><b>How.</b> A mapped file with two regions. Each invalidation is one record at the end of the
 * region in use; when that is full, what is known by then goes to the other one, which is in use
 * from then on. A record says which use of its region it is of, so none of an earlier use is ever
 * taken for one; and zeros follow the last one, so a last one that has changed is not taken for
 * none.
 *
 * <p><b>Durability.</b> What was written survives the end of the process however it ends, for the
 * pages are the kernel's; the loss of power it survives after {@link #force}.
 *
 * <p><b>Damage.</b> A file that is missing, or in which anything is not as it was written, is not
 * {@linkplain #isWhole whole}: then nobody can say which entries on this disk are valid, and none
 * of them may be served. The file begins anew.
 *
 * <p><b>Threads.</b> One at a time: {@link Tags} writes under its lock. {@link #force} by any.
 * <b>Cost.</b> A record is three stores to memory; changing regions, once in as many invalidations
 * as half the table holds, writes the table: some milliseconds for 4 MiB. The file is as large as
 * the table of tags, four times; it is written out in full when it is made, so that a full disk
 * cannot fail a store to it.
 */
public final class TagJournal implements AutoCloseable {
    /** In the data folder. */
    public static final String NAME = "tags";

    private static final long MAGIC = 0x31544d53_47534d47L; // GMSGSMT1
    private static final long HEADER = 64;
    private static final long REGION_HEADER = 32;
    private static final long RECORD = 24;
    private static final int CHUNK_BYTES = 1 << 16;

    /** In place of a tag: the clock is the floor. No harm if a tag should ever have this hash. */
    private static final long FLOOR = Long.MIN_VALUE;

    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Arena arena;
    private final MemorySegment bytes;
    private final long recordsMax;
    private final Tags.Page found;
    private final boolean whole;

    /** How often regions have changed, and so which one is in use. */
    private long generation;

    private long used;

    /** What one region tells. */
    private record Content(boolean whole, long floor, List<Bumped> tags, long used) {
        static final Content DAMAGED = new Content(false, 0, List.of(), 0);
    }

    private TagJournal(Arena arena, MemorySegment bytes, long recordsMax) {
        this.arena = arena;
        this.bytes = bytes;
        this.recordsMax = recordsMax;
        boolean known = bytes.get(LONG, 0) == MAGIC && bytes.get(LONG, 8) == recordsMax;
        this.generation = known ? bytes.get(LONG, 16) : 0;
        Content content = generation > 0 ? read() : Content.DAMAGED;
        this.whole = content.whole();
        this.used = content.used();
        this.found = new Tags.Page(content.floor(), 0, content.tags().size(), content.tags());
        if (!whole) {
            bytes.set(LONG, 0, MAGIC);
            bytes.set(LONG, 8, recordsMax);
            change(new Tags.Page(0, 0, 0, List.of()));
        }
    }

    /**
     * @param folder this member's own, which it has locked
     * @param tagsMax the most that are known at a time: {@link Tags#countMax}
     * @throws IOException when there is no room for it, or it cannot be mapped
     */
    public static TagJournal open(Path folder, int tagsMax) throws IOException {
        long records = tagsMax + tagsMax / 2L + 64;
        long size = HEADER + 2 * (REGION_HEADER + records * RECORD);
        try (FileChannel channel =
                FileChannel.open(
                        folder.resolve(NAME),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            fill(channel, size);
            Arena arena = Arena.ofShared();
            try {
                MemorySegment bytes = channel.map(MapMode.READ_WRITE, 0, size, arena);
                return new TagJournal(arena, bytes, records);
            } catch (IOException | RuntimeException e) {
                arena.close();
                throw e;
            }
        }
    }

    /** A file of another size is of other settings: nothing of it is in its place. */
    private static void fill(FileChannel channel, long size) throws IOException {
        if (channel.size() == size) {
            return;
        }
        channel.truncate(0);
        while (channel.size() < size) {
            int length = (int) Math.min(CHUNK_BYTES, size - channel.size());
            channel.write(ByteBuffer.allocate(length), channel.size());
        }
    }

    private long region() {
        return HEADER + (generation & 1) * (REGION_HEADER + recordsMax * RECORD);
    }

    private Content read() {
        long at = region();
        long floor = bytes.get(LONG, at + 8);
        long count = bytes.get(LONG, at + 16);
        boolean begun =
                bytes.get(LONG, at) == generation
                        && bytes.get(LONG, at + 24) == beginning(floor, count)
                        && count <= recordsMax;
        if (!begun) {
            return Content.DAMAGED;
        }
        List<Bumped> tags = new ArrayList<>();
        long next = 0;
        while (next < recordsMax && isWritten(next)) {
            long tag = bytes.get(LONG, place(next));
            long clock = bytes.get(LONG, place(next) + 8);
            if (tag == FLOOR) {
                floor = Math.max(floor, clock);
            } else {
                tags.add(new Bumped(tag, clock));
            }
            next++;
        }
        return next < count || !isEnd(next) || isAnyWrittenAfter(next)
                ? Content.DAMAGED
                : new Content(true, floor, tags, next);
    }

    private boolean isEnd(long index) {
        return index == recordsMax
                || (bytes.get(LONG, place(index)) == 0
                        && bytes.get(LONG, place(index) + 8) == 0
                        && bytes.get(LONG, place(index) + 16) == 0);
    }

    private boolean isAnyWrittenAfter(long index) {
        for (long next = index + 1; next < recordsMax; next++) {
            if (isWritten(next)) {
                return true;
            }
        }
        return false;
    }

    private long place(long index) {
        return region() + REGION_HEADER + index * RECORD;
    }

    private boolean isWritten(long index) {
        long at = place(index);
        return bytes.get(LONG, at + 16) == check(bytes.get(LONG, at), bytes.get(LONG, at + 8));
    }

    private long check(long tag, long clock) {
        return KeyHash.mix(tag ^ KeyHash.mix(clock ^ KeyHash.mix(generation)));
    }

    private long beginning(long floor, long count) {
        return check(floor, ~count);
    }

    /** Whether everything that was ever written is {@link #found}. */
    public boolean isWhole() {
        return whole;
    }

    /** What was written before this was opened; in a page without a digest. */
    Tags.Page found() {
        return found;
    }

    /**
     * A tag is invalidated.
     *
     * @param all gives all that is known, this too
     */
    void bumped(long tag, long clock, Supplier<Tags.Page> all) {
        if (used == recordsMax) {
            change(all.get());
        } else {
            append(tag, clock);
        }
    }

    /** No tag counts as invalidated earlier than this; likewise. */
    void floorRaised(long floor, Supplier<Tags.Page> all) {
        bumped(FLOOR, floor, all);
    }

    private void append(long tag, long clock) {
        if (used + 1 < recordsMax) {
            write(used + 1, 0, 0, 0);
        }
        write(used, tag, clock, check(tag, clock));
        used++;
    }

    private void write(long index, long tag, long clock, long check) {
        long at = place(index);
        bytes.set(LONG, at, tag);
        bytes.set(LONG, at + 8, clock);
        bytes.set(LONG, at + 16, check);
    }

    /** Only when the new region has everything it is in use. */
    private void change(Tags.Page all) {
        if (all.tags().size() > recordsMax) {
            throw new IllegalStateException(
                    all.tags().size() + " tags in a journal of " + recordsMax);
        }
        generation++;
        used = 0;
        write(0, 0, 0, 0);
        all.tags().forEach(each -> append(each.tag(), each.clock()));
        long at = region();
        bytes.set(LONG, at, generation);
        bytes.set(LONG, at + 8, all.floor());
        bytes.set(LONG, at + 16, used);
        bytes.set(LONG, at + 24, beginning(all.floor(), used));
        bytes.set(LONG, 16, generation);
    }

    /** Returns when all that was written before will survive the loss of power. */
    public void force() {
        bytes.force();
    }

    /** Nothing may be written any more. */
    @Override
    public void close() {
        arena.close();
    }
}
