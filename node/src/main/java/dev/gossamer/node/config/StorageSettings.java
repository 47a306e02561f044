package dev.gossamer.node.config;

import static dev.gossamer.node.config.Readers.bytes;
import static dev.gossamer.node.config.Readers.choice;
import static dev.gossamer.node.config.Readers.duration;
import static dev.gossamer.node.config.Readers.flag;
import static dev.gossamer.node.config.Readers.integer;
import static dev.gossamer.node.config.Readers.text;

import dev.gossamer.node.store.disk.DiskSettings.Fsync;
import dev.gossamer.node.store.disk.format.OlderFormat;
import dev.gossamer.node.store.disk.io.Backend;
import dev.gossamer.node.store.disk.io.IoSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What a node may be told of its SSD. */
public final class StorageSettings {
    private static final long KIB = 1L << 10;
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration MILLISECOND = Duration.ofMillis(1);
    private static final String EVERY = "every ";

    /** Which way to the disk is wanted. */
    public enum BackendChoice {
        AUTO,
        URING,
        PORTABLE;

        /** The one that is forced. */
        public Optional<Backend.Kind> forced() {
            return switch (this) {
                case AUTO -> Optional.empty();
                case URING -> Optional.of(Backend.Kind.URING);
                case PORTABLE -> Optional.of(Backend.Kind.PORTABLE);
            };
        }
    }

    public static final Setting<Long> BYTES_MAX =
            new Setting<>(
                    "disk.bytes-max",
                    "0B",
                    bytes(0, 8192 * GIB),
                    "What the folder on the SSD may take, never more; 0 for a node without an SSD tier. At least about four segments.");
    public static final Setting<Path> DIR =
            new Setting<>(
                    "disk.dir",
                    "disk",
                    text().andThen(Path::of),
                    "The SSD tier's folder, within node.data-dir unless it is absolute; nothing else belongs there.");
    public static final Setting<Integer> SEGMENT_BYTES =
            new Setting<>(
                    "disk.segment-bytes",
                    "64MiB",
                    bytes(64 * KIB, GIB).andThen(Math::toIntExact),
                    "Length of a file of the log: what is freed at a time, a multiple of 4 KiB. An entry over half of it stays in memory. When it is changed the tier begins anew.");
    public static final Setting<Long> STAGING_BYTES_MAX =
            new Setting<>(
                    "disk.staging-bytes-max",
                    "32MiB",
                    bytes(64 * KIB, 64 * GIB),
                    "What values on their way to the SSD may take of memory; what comes while it is full stays in memory only.");
    public static final Setting<Long> INDEX_BYTES_MAX =
            new Setting<>(
                    "disk.index-bytes-max",
                    "256MiB",
                    bytes(64 * KIB, 64 * GIB),
                    "What the index of the SSD may take of memory, at most 24 bytes an entry; what comes while it is full stays in memory only.");
    public static final Setting<Fsync> FSYNC =
            new Setting<>(
                    "disk.fsync",
                    "every 1s",
                    StorageSettings::fsync,
                    "When what is written is made to outlive a loss of power: 'never', 'every <duration>', or 'always', before a write is acknowledged. A killed process loses by any of them just what had not reached the log.");
    public static final Setting<Duration> READ_TIMEOUT =
            new Setting<>(
                    "disk.read-timeout",
                    "500ms",
                    duration(MILLISECOND, HOUR),
                    "A read from the SSD that takes longer is given up, and answered as a miss.");
    public static final Setting<Duration> PROBE_INTERVAL =
            new Setting<>(
                    "disk.probe-interval",
                    "10s",
                    duration(Duration.ofMillis(10), HOUR),
                    "How often an SSD that failed is tried again.");
    public static final Setting<BackendChoice> BACKEND =
            new Setting<>(
                    "disk.backend",
                    "auto",
                    choice(BackendChoice.class),
                    "How files are read and written: 'uring' on the event loops' own rings, 'portable' on virtual threads; auto takes uring where it works.");
    public static final Setting<Boolean> DIRECT =
            new Setting<>(
                    "disk.direct",
                    String.valueOf(IoSettings.DEFAULTS.direct()),
                    flag(),
                    "Whether reads go past the kernel's page cache, where the file system allows it; 'false' on a machine with memory to spare for it.");
    public static final Setting<Long> PINNED_BYTES =
            new Setting<>(
                    "disk.pinned-bytes",
                    "64MiB",
                    bytes(0, IoSettings.PINNED_BYTES_MAX),
                    "What of the SSD is read most is locked in that much memory beside the heap, and read without a system call; 0 for none. Where the machine allows less (ulimit -l, CAP_IPC_LOCK) it is as much as that.");
    public static final Setting<Integer> IO_DEPTH =
            new Setting<>(
                    "disk.io-depth",
                    String.valueOf(IoSettings.DEFAULTS.depth()),
                    integer(1, IoSettings.DEPTH_MAX),
                    "Operations that the kernel has at a time, for each event loop or, with the portable backend, in all; more raise throughput and lengthen the tail.");
    public static final Setting<Long> IO_PENDING_BYTES_MAX =
            new Setting<>(
                    "disk.io-pending-bytes-max",
                    "64MiB",
                    bytes(MIB, 64 * GIB),
                    "What the buffers of operations under way may take; over it reads are answered as misses.");
    public static final Setting<OlderFormat> OLDER_FORMAT =
            new Setting<>(
                    "disk.older-format",
                    "discard",
                    choice(OlderFormat.class),
                    "What becomes of a folder in an older release's format: 'discard' empties it, 'refuse' keeps the node from starting.");

    /** Those that mean nothing without {@link #BYTES_MAX}. */
    public static final List<Setting<?>> OF_DISK =
            List.of(
                    DIR,
                    SEGMENT_BYTES,
                    STAGING_BYTES_MAX,
                    INDEX_BYTES_MAX,
                    FSYNC,
                    READ_TIMEOUT,
                    PROBE_INTERVAL,
                    BACKEND,
                    DIRECT,
                    PINNED_BYTES,
                    IO_DEPTH,
                    IO_PENDING_BYTES_MAX,
                    OLDER_FORMAT);

    private StorageSettings() {}

    private static Fsync fsync(String text) {
        Function<String, Duration> interval = duration(MILLISECOND, HOUR);
        return switch (text.strip()) {
            case "never" -> new Fsync.Never();
            case "always" -> new Fsync.Always();
            case String every when every.startsWith(EVERY) ->
                    new Fsync.Every(interval.apply(every.substring(EVERY.length())));
            default ->
                    throw new IllegalArgumentException(
                            "'"
                                    + text
                                    + "' is not one of: never, every <duration> such as 'every 1s', always");
        };
    }
}
