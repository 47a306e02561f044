package dev.gossamer.node.store.disk.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The rules in force, which may change at any time. Any thread. */
public final class Faults {
    private final SplittableRandom random;
    private final @Nullable Path watched;
    private String stamp = "";
    private List<Counted> rules = List.of();
    private long struck;
    private volatile boolean refusesLocks;

    /** A rule and what it has seen. */
    private static final class Counted {
        final Fault fault;
        long seen;
        long struck;

        Counted(Fault fault) {
            this.fault = fault;
        }
    }

    public Faults(long seed) {
        this(null, seed);
    }

    private Faults(@Nullable Path watched, long seed) {
        this.watched = watched;
        this.random = new SplittableRandom(seed);
    }

    /** The rules of a file, read again before any operation that finds another file there. */
    static Faults watching(Path file, long seed) {
        return new Faults(file, seed);
    }

    /** Puts rules in place of those there were; the first that strikes an operation counts. */
    public synchronized void set(Fault... faults) {
        List<Counted> fresh = new ArrayList<>();
        for (Fault fault : faults) {
            fresh.add(new Counted(fault));
        }
        rules = fresh;
    }

    /** Whether no memory may be locked: a matter of the machine, not of the disk. */
    public void refuseLocks(boolean refuses) {
        refusesLocks = refuses;
    }

    boolean refusesLocks() {
        return refusesLocks;
    }

    /** A healthy disk again. */
    public void clear() {
        set();
    }

    /** Operations struck since the start. */
    public synchronized long struck() {
        return struck;
    }

    synchronized Optional<Fault.Effect> strike(Operation operation, String fileName) {
        if (watched != null) {
            look(watched);
        }
        for (Counted rule : rules) {
            if (rule.fault.isFor(operation, fileName) && isStruck(rule)) {
                struck++;
                return Optional.of(rule.fault.effect());
            }
        }
        return Optional.empty();
    }

    private void look(Path file) {
        try {
            String now = Files.exists(file) ? stampOf(file) : "";
            if (!now.equals(stamp)) {
                set(now.equals("") ? new Fault[0] : parsed(Files.readAllLines(file)));
                stamp = now;
            }
        } catch (NoSuchFileException _) {
            // Taken away between two looks; the next operation sees that.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String stampOf(Path file) throws IOException {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        return now.fileKey() + " " + now.lastModifiedTime() + " " + now.size();
    }

    private static Fault[] parsed(List<String> lines) {
        return lines.stream()
                .filter(line -> !line.isBlank())
                .map(Fault::parse)
                .toArray(Fault[]::new);
    }

    private boolean isStruck(Counted rule) {
        if (rule.seen++ < rule.fault.skip() || rule.struck >= rule.fault.strikes()) {
            return false;
        }
        if (rule.fault.probability() < 1 && random.nextDouble() >= rule.fault.probability()) {
            return false;
        }
        rule.struck++;
        return true;
    }

    /** Any number below a bound. */
    synchronized int below(int bound) {
        return random.nextInt(bound);
    }
}
