package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.disk.io.IoSettings;
import dev.gossamer.node.store.disk.io.LockedMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies the parts of the log that are read most into memory that is locked, so that they are read
 * without a call of the kernel, and their records checked once instead of each time.
 *
 * <p>What is read is counted by part; counts are halved every few seconds. A part that was read a
 * few times is locked while there is room, and later only if it is read twice as much as the
 * coldest that is locked, for it takes reading a quarter of a MiB.
 *
 * <p>What is written to a part later is not in its copy. The first who looks for it there says so,
 * and the part is copied again with the next step: the log's end, while it is read as it grows.
 *
 * <p>Where the machine allows less than the setting (RLIMIT_MEMLOCK), it is content with that.
 *
 * <p><b>Threads.</b> One of its own, which waits for the disk: event loops only read what it has
 * locked.
 */
final class Pinner {
    private static final Logger LOG = LoggerFactory.getLogger(Pinner.class);

    private static final int HEAT_MIN = 3;
    private static final int HOTTER_BY = 4;

    /** Of one step: more would fill the device's queue, which reads wait in as well. */
    private static final int PARTS_A_STEP = 32;

    private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long COOLING_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Frames frames;
    private final LockedMemory memory;
    private final LongSupplier nanoClock;

    /** Of two at once, each would take the room that the other has seen. */
    private final Object steps = new Object();

    /**
     * What was read of a part, by who makes a step. A place is filled from here: memory that a disk
     * which hangs may write to could not be given back.
     */
    private @Nullable ByteBuffer read;

    private boolean stops;

    /**
     * @param memory of which a place is for one part; closed with this
     */
    Pinner(Frames frames, LockedMemory memory, LongSupplier nanoClock) {
        this.frames = frames;
        this.memory = memory;
        this.nanoClock = nanoClock;
    }

    /** One that has locked nothing yet. */
    static Pinner of(Frames frames, IoSettings io, Around around) {
        LockedMemory memory = around.backend().lockedMemory(io.pinnedBytesMax(), Pins.PLACE_BYTES);
        return new Pinner(frames, memory, around.nanoClock());
    }

    /** A part, and how often it was read. */
    private record Part(Segment segment, int number, int heat) {}

    boolean isOn() {
        return memory.bytesMax() > 0;
    }

    /** Bytes of the log that are locked. */
    long bytes() {
        long sum = 0;
        for (Segment segment : frames.inOrder()) {
            sum += segment.pins().bytes();
        }
        return sum;
    }

    /** Begins, if it is to do anything. */
    void start() {
        if (isOn()) {
            Thread.ofPlatform().name("gossamer-disk-pins").daemon().start(this::run);
        }
    }

    /** Ends it soon; what is locked stays until its segment is closed. */
    synchronized void stop() {
        stops = true;
        notifyAll();
    }

    /**
     * Gives the memory back; once the segments are closed, so that nobody believes what is there.
     */
    void close() {
        memory.close();
    }

    private void run() {
        long cooled = nanoClock.getAsLong();
        try {
            boolean busy = false;
            while (isOn() && pause(busy ? BUSY_NANOS : IDLE_NANOS)) {
                busy = step() > 0;
                if (nanoClock.getAsLong() - cooled > COOLING_NANOS) {
                    cooled = nanoClock.getAsLong();
                    cool();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean pause(long nanos) throws InterruptedException {
        if (!stops) {
            TimeUnit.NANOSECONDS.timedWait(this, nanos);
        }
        return !stops;
    }

    void cool() {
        frames.inOrder().forEach(segment -> segment.pins().cool());
    }

    /**
     * Locks what is read most, and lets go of what is read less.
     *
     * @return how many parts were locked
     */
    int step() {
        synchronized (steps) {
            return stepAlone();
        }
    }

    private int stepAlone() {
        List<Part> hot = new ArrayList<>();
        List<Part> locked = new ArrayList<>();
        for (Segment segment : frames.inOrder()) {
            collect(segment, hot, locked);
        }
        hot.sort(Comparator.comparingInt(Part::heat).reversed());
        locked.sort(Comparator.comparingInt(Part::heat));
        Deque<Part> coldest = new ArrayDeque<>(locked);
        int pinned = 0;
        for (Part part : hot.subList(0, Math.min(hot.size(), PARTS_A_STEP))) {
            if (!makeRoom(part, coldest)) {
                break;
            }
            pinned += pin(part) ? 1 : 0;
        }
        return pinned;
    }

    private static void collect(Segment segment, List<Part> hot, List<Part> locked) {
        Pins pins = segment.pins();
        if (segment.retired().get()) {
            return;
        }
        for (int part = 0; part < pins.parts(); part++) {
            int heat = pins.heat(part);
            if (pins.isOutdated(part)) {
                pins.unpin(part);
            }
            if (pins.isPinned(part)) {
                locked.add(new Part(segment, part, heat));
            } else if (heat >= HEAT_MIN) {
                hot.add(new Part(segment, part, heat));
            }
        }
    }

    /** Whether the part is worth the room that has to be made for it. */
    private boolean makeRoom(Part part, Deque<Part> coldest) {
        while (!memory.hasRoom()) {
            Part leaves = coldest.poll();
            if (leaves == null || part.heat() < 2 * leaves.heat() + HOTTER_BY) {
                return false;
            }
            leaves.segment().pins().unpin(leaves.number());
        }
        return true;
    }

    private boolean pin(Part part) {
        Pins pins = part.segment().pins();
        ByteBuffer copy = readOrNull(part);
        if (copy == null) {
            // Given up, cut or broken: who reads it there finds out what is to be done.
            pins.forget(part.number());
            return false;
        }
        try {
            Optional<LockedMemory.Place> place = memory.take(copy);
            place.ifPresent(taken -> pins.pin(part.number(), taken));
            return place.isPresent();
        } catch (IOException e) {
            LOG.warn(
                    "{} bytes of what the disk is asked for most stay locked in memory and no"
                            + " more, the rest is read through the kernel: {} (disk.pinned-bytes;"
                            + " ulimit -l, CAP_IPC_LOCK)",
                    memory.bytesMax(),
                    e.getMessage());
            return false;
        }
    }

    /** What the file has of the part. */
    private @Nullable ByteBuffer readOrNull(Part part) {
        if (read == null) {
            read = ByteBuffer.allocateDirect(Pins.PLACE_BYTES);
        }
        Segment segment = part.segment();
        int length = Pins.length(part.number(), segment.file().length());
        try {
            segment.file().copy(Pins.start(part.number()), read.clear().limit(length));
            return read.position() == 0 ? null : read.flip();
        } catch (IOException _) {
            return null;
        }
    }
}
