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

/**
 * Which places may have a change that the log has not. Before a change of a place that has a record
 * in the log is acknowledged, its sequence is noted in a mapped file, in the cell that the place's
 * hash names; and when the log has everything up to a sequence, that is noted, too. A mapped page
 * belongs to the kernel, so what was noted survives the process: after a kill at any instant, a
 * record is older than what was acknowledged only if its place's cell is later than what the log
 * had, and then it is not taken for true. That makes a loss a miss, never an older value (C2), even
 * if all owners are killed at once and the log was a few milliseconds behind.
 *
 * <p>A loss of power may leave these pages as they were at any earlier time, so after one (the
 * kernel's boot id is another) they prove nothing: what the log may lack then is what its policy of
 * synchronisation says.
 *
 * <p><b>Threads.</b> Any. <b>Cost.</b> {@value #CELLS} cells, 4 MiB; a note is one write to memory.
 * Two places that share a cell cost a needless miss, after a crash, for what was being written.
 *
 * <p>At a start the cells that are ahead of the log become suspects, a bit each, and stay it until
 * recovery has erased what they name ({@link #cleared}): so a second kill during recovery loses
 * nothing of this.
 *
 * <p><b>Format.</b> In the byte order of the machine: 8 bytes magic, 16 bytes log id, 8 bytes
 * sequence that the log has, 4 bytes 1 while the log is given up; at 4096 a bit for each cell that
 * is suspect; then the cells, 4 bytes each, the lower half of a sequence.
 */
final class Intents implements AutoCloseable {
    static final String FILE = "intents";

    private static final int CELLS = 1 << 20;
    private static final int SUSPECTS = 4096;
    private static final int HEADER = SUSPECTS + CELLS / Byte.SIZE;
    private static final long MAGIC = 0x31544e4952535347L;
    private static final long LOG = 8;
    private static final long REACHED = 24;
    private static final long GIVEN_UP = 32;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final VarHandle CELL = INT.varHandle();
    private static final VarHandle WORD = LONG.varHandle();

    static final long FILE_BYTES = HEADER + 4L * CELLS;

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

    /**
     * Whether these are the notes of that log, and it was not given up. If so, what is ahead of the
     * log is suspect from now on, and the sequences begin anew.
     */
    boolean follow(LogId log) {
        boolean ours =
                map.get(LONG, 0) == MAGIC
                        && map.get(LONG, LOG) == log.high()
                        && map.get(LONG, LOG + Long.BYTES) == log.low()
                        && map.get(INT, GIVEN_UP) == 0;
        if (ours) {
            suspect();
        }
        return ours;
    }

    private void suspect() {
        int reached = (int) map.get(LONG, REACHED);
        for (int cell = 0; cell < CELLS; cell++) {
            int noted = map.get(INT, HEADER + 4L * cell);
            if (noted != 0 && noted - reached > 0) {
                long at = SUSPECTS + (cell >>> 3);
                byte bits = map.get(ValueLayout.JAVA_BYTE, at);
                map.set(ValueLayout.JAVA_BYTE, at, (byte) (bits | 1 << (cell & 7)));
            }
        }
        map.asSlice(HEADER).fill((byte) 0);
        map.set(LONG, REACHED, 0);
    }

    /** From now on these are the notes of that log, which has everything. */
    void begin(LogId log) {
        map.asSlice(SUSPECTS).fill((byte) 0);
        map.set(LONG, REACHED, 0);
        map.set(INT, GIVEN_UP, 0);
        map.set(LONG, LOG, log.high());
        map.set(LONG, LOG + Long.BYTES, log.low());
        map.set(LONG, 0, MAGIC);
    }

    /** No place is suspect any more: the log says itself what it lacked. */
    void cleared() {
        map.asSlice(SUSPECTS, HEADER - SUSPECTS).fill((byte) 0);
    }

    /** The log lacks changes, and nothing in it is to be believed. */
    void giveUp() {
        CELL.setVolatile(map, GIVEN_UP, 1);
    }

    /** The place is about to change. */
    void note(long place, long sequence) {
        CELL.setOpaque(map, HEADER + 4L * cell(place), (int) sequence);
    }

    /** The log has everything up to here. */
    void reached(long sequence) {
        WORD.setRelease(map, REACHED, sequence);
    }

    /** Whether the place may have changed, before this start, after everything that the log has. */
    boolean isSuspect(long place) {
        int cell = cell(place);
        byte bits = map.get(ValueLayout.JAVA_BYTE, SUSPECTS + (cell >>> 3));
        return (bits & 1 << (cell & 7)) != 0;
    }

    private static int cell(long place) {
        return (int) KeyHash.mix(place) & (CELLS - 1);
    }

    @Override
    public void close() {
        arena.close();
    }
}
