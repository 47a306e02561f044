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
 * <p><b>Threads.</b> Any. <b>Cost.</b> {@value #CELLS} cells, 8 MiB; a note is one write to memory.
 * A cell keeps 32 bits of its last place's hash, or none when two places of which the log lacks
 * something share it: that costs, after a crash, a needless miss.
 *
 * <p>At a start the places of lost changes become suspects and stay it until recovery has erased
 * what they name ({@link #cleared}): so a second kill during recovery loses nothing of this.
 *
 * <p><b>Format.</b> In the byte order of the machine: 8 bytes magic, 16 bytes log id, 8 bytes
 * number of points that were noted, 8 bytes the first segment that they are about, 4 bytes 1 while
 * the log is given up; at 4096 the last {@value #POINTS} points, 24 bytes each: sequence, segment,
 * offset; then, 4 bytes for each cell, the hash of the place that is suspect, −1 for any; then the
 * cells, 8 bytes each: 32 bits of the place's hash, 0 for any, and above them the lower half of a
 * sequence.
 */
final class Intents implements AutoCloseable {
    static final String FILE = "intents";

    private static final int CELLS = 1 << 20;
    private static final int POINTS = 4096;
    private static final int POINT_BYTES = 24;
    private static final int POINTS_AT = 4096;
    private static final int SUSPECTS = POINTS_AT + POINTS * POINT_BYTES;
    private static final int HEADER = SUSPECTS + Integer.BYTES * CELLS;
    private static final int ANY = -1;
    private static final long MAGIC = 0x32544e4952535347L;
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

    /** Places whose last change is lost are suspect from now on, and the sequences begin anew. */
    void suspect(List<Hole> holes, long nextSegment) {
        List<Lost> lost = holes.stream().map(this::lostBy).toList();
        for (int cell = 0; cell < CELLS; cell++) {
            long note = map.get(LONG, cellAt(cell));
            int noted = (int) (note >>> Integer.SIZE);
            boolean isLost = note != 0 && lost.stream().anyMatch(range -> isIn(noted, range));
            long before = map.get(INT, SUSPECTS + 4L * cell);
            if (isLost) {
                int place = (int) note;
                map.set(INT, SUSPECTS + 4L * cell, before == 0 && place != 0 ? place : ANY);
            }
        }
        map.asSlice(HEADER).fill((byte) 0);
        map.set(LONG, NOTED, 0);
        map.set(LONG, FIRST, nextSegment);
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
        long at = cellAt(cell(hash));
        long mine = sequence << Integer.SIZE | Integer.toUnsignedLong(name(hash));
        long before = (long) WORD.getVolatile(map, at);
        while (!WORD.compareAndSet(map, at, before, joined(before, mine))) {
            before = (long) WORD.getVolatile(map, at);
        }
    }

    /** What the cell says when {@code mine} comes to it: of the two, both may be needed. */
    private long joined(long before, long mine) {
        boolean isLacking = before != 0 && (int) (before >>> Integer.SIZE) - (int) inLog > 0;
        boolean isOther = (int) before != (int) mine;
        return isLacking && isOther ? mine & 0xffff_ffff_0000_0000L : mine;
    }

    private static long cellAt(int cell) {
        return HEADER + 8L * cell;
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

    /** Whether the place may have changed, before this start, after everything that the log has. */
    boolean isSuspect(long place) {
        long hash = KeyHash.mix(place);
        int suspect = map.get(INT, SUSPECTS + 4L * cell(hash));
        return suspect == ANY || suspect == name(hash);
    }

    private static int cell(long hash) {
        return (int) hash & (CELLS - 1);
    }

    @Override
    public void close() {
        arena.close();
    }
}
