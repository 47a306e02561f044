package dev.gossamer.node.store.disk;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Locks the parts of the log in memory that are read most, so that they are read without a call of
 * the kernel, and their records checked once instead of each time.
 *
 * <p>What is read is counted by part; counts are halved every few seconds. A part that was read a
 * few times is locked while there is room, and later only if it is read twice as much as the
 * coldest that is locked, for it takes reading a quarter of a MiB.
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
    private final LongSupplier nanoClock;
    private volatile long bytesMax;

    /** Of two at once, each would take the room that the other has seen. */
    private final Object steps = new Object();

    private boolean stops;

    /**
     * @param bytesMax that are locked at most; 0 for none
     */
    Pinner(Frames frames, long bytesMax, LongSupplier nanoClock) {
        this.frames = frames;
        this.nanoClock = nanoClock;
        this.bytesMax = bytesMax;
    }

    /** A part, and how often it was read. */
    private record Part(Segment segment, int number, int heat) {}

    boolean isOn() {
        return bytesMax > 0;
    }

    /** Bytes that are locked. */
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
            if (!makeRoom(part, coldest) || !pin(part)) {
                break;
            }
            pinned++;
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
            if (pins.isPinned(part)) {
                locked.add(new Part(segment, part, heat));
            } else if (heat >= HEAT_MIN) {
                hot.add(new Part(segment, part, heat));
            }
        }
    }

    /** Whether the part is worth the room that has to be made for it. */
    private boolean makeRoom(Part part, Deque<Part> coldest) {
        long length = Pins.length(part.number(), part.segment().file().length());
        while (bytes() + length > bytesMax) {
            Part leaves = coldest.poll();
            if (leaves == null || part.heat() < 2 * leaves.heat() + HOTTER_BY) {
                return false;
            }
            leaves.segment().pins().unpin(leaves.number());
        }
        return true;
    }

    private boolean pin(Part part) {
        Segment segment = part.segment();
        int length = Pins.length(part.number(), segment.file().length());
        if (length == 0) {
            return true;
        }
        try {
            long start = Pins.start(part.number());
            segment.pins().pin(part.number(), segment.file().lock(start, length));
            return true;
        } catch (IOException e) {
            if (segment.retired().get() || frames.atOrNull(segment.address(0)) != segment) {
                return false; // It was given up meanwhile.
            }
            bytesMax = bytes();
            LOG.warn(
                    "{} bytes of what the disk is asked for most stay locked in memory and no"
                            + " more, the rest is read through the kernel: {} (disk.pinned-bytes;"
                            + " ulimit -l, CAP_IPC_LOCK)",
                    bytesMax,
                    e.getMessage());
            return false;
        }
    }
}
