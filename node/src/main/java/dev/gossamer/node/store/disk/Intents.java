package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.disk.format.LogId;
import dev.gossamer.protocol.KeyHash;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.List;

/**
 * Which places may have a change that the log has not. Before a change of a place that has a record
 * in the log is acknowledged, its sequence is noted in a mapped file, in the cell that the place's
 * hash names; and whenever the log has got further, so is how far, and up to which sequence. A
 * mapped page belongs to the kernel, so what was noted survives the process: after a kill at any
 * instant, and for whatever is cut off the log's files, a record is older than what was
 * acknowledged only if its place's cell names a change that is lost, and then it is not taken for
 * true. That makes a loss a miss, never an older value (C2), even if all owners are killed at once
 * and the log was a few milliseconds behind.
 *
 * <p>A loss of power may leave these pages as they were at any earlier time, so after one (the
 * kernel's boot id is another) they prove nothing: what the log may lack then is what its policy of
 * synchronisation says.
 *
 * <p><b>Threads.</b> Any. <b>Cost.</b> {@value #CELLS} cells, 8 MiB; a note looks at one line of
 * the processor's cache and writes one word. A cell keeps 32 bits of its place's hash. A place may
 * use any cell of its bucket of {@value #WAYS}, and takes the one that was noted longest ago of
 * those that the log does not lack; where it lacks all of them, one counts for the whole bucket,
 * which costs, after a crash, needless misses.
 *
 * <p>At a start the places of lost changes become suspects and stay it until recovery has erased
 * what they name ({@link #cleared}): so a second kill during recovery loses nothing of this. What
 * was written since the suspicion arose is not suspect: it names the segment that came next then.
 *
 * <p><b>Format.</b> In the byte order of the machine: 8 bytes magic, 16 bytes log id, 8 bytes
 * number of points that were noted, 8 bytes the first segment that they are about, 4 bytes 1 while
 * the log is given up; at 4096 the last {@value #POINTS} points, 24 bytes each: sequence, segment,
 * offset; then, 8 bytes for each cell, the hash of a place that is suspect, −1 for any of the
 * bucket, and above it the lower half of the number of the first segment that is not; then the
 * cells, 8 bytes each: 32 bits of the place's hash, 0 for any of the bucket, and above them the
 * lower half of a sequence.
 */
final class Intents implements AutoCloseable {
    static final String FILE = "intents";

    private static final int CELLS = 1 << 20;
    private static final int WAYS = 8;
    private static final int BUCKETS = CELLS / WAYS;
    private static final int BUCKET_BYTES = WAYS * Long.BYTES;
    private static final int POINTS = 4096;
    private static final int POINT_BYTES = 24;
    private static final int POINTS_AT = 4096;
    private static final int SUSPECTS = POINTS_AT + POINTS * POINT_BYTES;
    private static final int HEADER = SUSPECTS + Long.BYTES * CELLS;
    private static final int ANY = -1;
    private static final long MAGIC = 0x33544e4952535347L;
    private static final long LOG = 8;
    private static final long NOTED = 24;
    private static final long FIRST = 32;
    private static final long GIVEN_UP = 40;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final VarHandle FLAG = INT.varHandle();
    private static final VarHandle WORD = LONG.varHandle();

    static final long FILE_BYTES = HEADER + 8L * CELLS;

    /**
     * Something of the log is lost: what stood in a segment from an offset on.
     *
     * @param last whether nothing comes after it
     */
    record Hole(long segment, long offset, boolean last) {}

    /** Changes that are lost: those after one sequence and up to another. */
    private record Lost(long after, long upTo) {}

    /** Up to which sequence the log has everything. */
    private volatile long inLog;

    private final Arena arena;
    private final MemorySegment map;

    private Intents(Arena arena, MemorySegment map) {
        this.arena = arena;
        this.map = map;
    }

    /** Maps the file, made if need be; its pages are touched here, so that notes do not wait. */
    static Intents open(Path folder) throws IOException {
        Arena arena = Arena.ofShared();
        try (FileChannel channel =
                FileChannel.open(
                        folder.resolve(FILE),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            MemorySegment map = channel.map(FileChannel.MapMode.READ_WRITE, 0, FILE_BYTES, arena);
            map.load();
            return new Intents(arena, map);
        } catch (IOException | RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /** Whether these are the notes of that log. */
    boolean belongTo(LogId log) {
        return map.get(LONG, 0) == MAGIC
                && map.get(LONG, LOG) == log.high()
                && map.get(LONG, LOG + Long.BYTES) == log.low();
    }

    /** Whether that log was given up. Even after a loss of power: these pages may have survived. */
    boolean gaveUp(LogId log) {
        return belongTo(log) && map.get(INT, GIVEN_UP) != 0;
    }

    /** The first segment that the notes are about: what was lost before it was dealt with. */
    long firstSegment() {
        return map.get(LONG, FIRST);
    }

    /**
     * Places whose last change is lost are suspect from now on, and the sequences begin anew.
     *
     * @param nextSegment what is written from there on is not suspect
     */
    void suspect(List<Hole> holes, long nextSegment) {
        List<Lost> lost = holes.stream().map(this::lostBy).toList();
        for (int cell = 0; cell < CELLS; cell++) {
            long note = map.get(LONG, HEADER + (long) Long.BYTES * cell);
            int noted = sequenceOf(note);
            if (note != 0 && lost.stream().anyMatch(range -> isIn(noted, range))) {
                suspect(cell / WAYS, (int) note == 0 ? ANY : (int) note, nextSegment);
            }
        }
        map.asSlice(HEADER).fill((byte) 0);
        map.set(LONG, NOTED, 0);
        map.set(LONG, FIRST, nextSegment);
    }

    private void suspect(int bucket, int name, long nextSegment) {
        long begin = SUSPECTS + (long) BUCKET_BYTES * bucket;
        long free = -1;
        for (long at = begin + BUCKET_BYTES - Long.BYTES; at >= begin; at -= Long.BYTES) {
            long before = map.get(LONG, at);
            if ((int) before == name) {
                map.set(LONG, at, word(nextSegment, name));
                return;
            }
            free = before == 0 ? at : free;
        }
        if (free >= 0) {
            map.set(LONG, free, word(nextSegment, name));
        } else {
            map.set(LONG, begin, word(nextSegment, ANY));
        }
    }

    /** Two halves. */
    private static long word(long upper, int lower) {
        return upper << Integer.SIZE | Integer.toUnsignedLong(lower);
    }

    private static int sequenceOf(long note) {
        return (int) (note >>> Integer.SIZE);
    }

    private static boolean isIn(int noted, Lost range) {
        return noted - (int) range.after() > 0
                && (range.upTo() == Long.MAX_VALUE || noted - (int) range.upTo() <= 0);
    }

    /** As precisely as the points tell: from the last one before the hole to the first behind. */
    private Lost lostBy(Hole hole) {
        long after = 0;
        long upTo = Long.MAX_VALUE;
        long noted = map.get(LONG, NOTED);
        for (long point = Math.max(0, noted - POINTS); point < noted; point++) {
            long at = pointAt(point);
            long sequence = map.get(LONG, at);
            long segment = map.get(LONG, at + 8);
            long offset = map.get(LONG, at + 16);
            if (segment < hole.segment()
                    || (segment == hole.segment() && offset <= hole.offset())) {
                after = Math.max(after, sequence);
            } else if (segment > hole.segment()) {
                upTo = Math.min(upTo, sequence);
            }
        }
        return new Lost(after, hole.last() ? Long.MAX_VALUE : upTo);
    }

    private static long pointAt(long point) {
        return POINTS_AT + point % POINTS * POINT_BYTES;
    }

    /** From now on these are the notes of that log, which has everything. */
    void begin(LogId log, long nextSegment) {
        map.set(INT, GIVEN_UP, 1);
        map.asSlice(SUSPECTS).fill((byte) 0);
        map.set(LONG, NOTED, 0);
        map.set(LONG, FIRST, nextSegment);
        map.set(LONG, LOG, log.high());
        map.set(LONG, LOG + Long.BYTES, log.low());
        map.set(LONG, 0, MAGIC);
        FLAG.setVolatile(map, GIVEN_UP, 0);
    }

    /** No place is suspect any more: the log says itself what it lacked. */
    void cleared() {
        map.asSlice(SUSPECTS, HEADER - SUSPECTS).fill((byte) 0);
    }

    /** The log lacks changes, and nothing in it is to be believed. */
    void giveUp() {
        FLAG.setVolatile(map, GIVEN_UP, 1);
    }

    /** The place is about to change. */
    void note(long place, long sequence) {
        long hash = KeyHash.mix(place);
        long bucket = HEADER + (long) BUCKET_BYTES * bucket(hash);
        int name = name(hash);
        while (!isNoted(bucket, name, (int) sequence)) {
            // Another place of the bucket came in between.
            Thread.onSpinWait();
        }
    }

    /**
     * @return false when it is to be tried again
     */
    private boolean isNoted(long bucket, int name, int sequence) {
        long oldest = 0;
        long free = -1;
        for (long at = bucket; at < bucket + BUCKET_BYTES; at += Long.BYTES) {
            long before = (long) WORD.getVolatile(map, at);
            if ((int) before == name) {
                return WORD.compareAndSet(map, at, before, word(later(sequence, before), name));
            }
            if (!isLacking(before) && (free < 0 || isOlder(before, oldest))) {
                free = at;
                oldest = before;
            }
        }
        if (free >= 0) {
            return WORD.compareAndSet(map, free, oldest, word(sequence, name));
        }
        long first = (long) WORD.getVolatile(map, bucket);
        return WORD.compareAndSet(map, bucket, first, word(later(sequence, first), 0));
    }

    /** Of two that may come in any order: what the log lacks until it has both. */
    private static int later(int sequence, long note) {
        int noted = sequenceOf(note);
        return sequence - noted > 0 ? sequence : noted;
    }

    private boolean isLacking(long note) {
        return note != 0 && sequenceOf(note) - (int) inLog > 0;
    }

    private static boolean isOlder(long note, long other) {
        return other != 0 && (note == 0 || sequenceOf(note) - sequenceOf(other) < 0);
    }

    /** Neither 0 nor {@link #ANY}. */
    private static int name(long hash) {
        int name = (int) (hash >>> Integer.SIZE);
        return name == 0 || name == ANY ? 1 : name;
    }

    /** The log has everything up to the sequence, and ends there. By one thread. */
    void reached(long sequence, long segment, long offset) {
        long point = map.get(LONG, NOTED);
        long at = pointAt(point);
        map.set(LONG, at, sequence);
        map.set(LONG, at + 8, segment);
        map.set(LONG, at + 16, offset);
        WORD.setRelease(map, NOTED, point + 1);
        inLog = sequence;
    }

    /**
     * Whether the place may have changed, before this start, after everything that the log has.
     *
     * @param segment of the record in question
     */
    boolean isSuspect(long place, long segment) {
        long hash = KeyHash.mix(place);
        long bucket = SUSPECTS + (long) BUCKET_BYTES * bucket(hash);
        for (long at = bucket; at < bucket + BUCKET_BYTES; at += Long.BYTES) {
            long suspect = map.get(LONG, at);
            boolean isMeant = (int) suspect == ANY || (int) suspect == name(hash);
            if (isMeant && (int) segment - (int) (suspect >>> Integer.SIZE) < 0) {
                return true;
            }
        }
        return false;
    }

    /**
     * What {@link #isSuspect} asks, for many places: most have no suspect anywhere near, and that
     * is known without looking at the map. As of now.
     */
    Suspects suspects() {
        BitSet buckets = new BitSet(BUCKETS);
        for (int cell = 0; cell < CELLS; cell++) {
            if (map.get(LONG, SUSPECTS + (long) Long.BYTES * cell) != 0) {
                buckets.set(cell / WAYS);
            }
        }
        return (place, segment) ->
                buckets.get(bucket(KeyHash.mix(place))) && isSuspect(place, segment);
    }

    /** Knows whether the record of a place in a segment is suspect. */
    interface Suspects {
        boolean has(long place, long segment);
    }

    private static int bucket(long hash) {
        return (int) hash & (BUCKETS - 1);
    }

    @Override
    public void close() {
        arena.close();
    }
}
