package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.disk.io.Backend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Semaphore;

/**
 * A process that writes until it is killed, and keeps a book of what was acknowledged: for each key
 * the number of the write that was begun last, of the one that was acknowledged last, and of the
 * one that had reached the log, or the device. The book is a mapped file, so it outlives the
 * process.
 */
final class KilledWriter {
    static final int KEYS = 2_000;
    static final int REMOVED = 7;

    /** Keys that are written so often that a change overtakes the one before in the staging. */
    private static final int HOT = 16;

    private KilledWriter() {}

    /** Arguments: folder, book, backend, fsync (never or always), seed. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        boolean always = arguments[3].equals("always");
        DiskLab.Options options =
                options(Path.of(arguments[0]))
                        .kind(Backend.Kind.valueOf(arguments[2]))
                        .fsync(
                                always
                                        ? new DiskSettings.Fsync.Always()
                                        : new DiskSettings.Fsync.Never());
        Book book = Book.open(Path.of(arguments[1]));
        DiskLab lab = new DiskLab(options);
        lab.clock.set(System.currentTimeMillis() << 16);
        Random random = new Random(Long.parseLong(arguments[4]));
        Semaphore unacknowledged = new Semaphore(256);
        System.out.println("writing");
        while (true) {
            int key = random.nextInt(random.nextBoolean() ? HOT : KEYS);
            write(lab, book, key, random, always, unacknowledged);
        }
    }

    static DiskLab.Options options(Path folder) {
        return DiskLab.options(folder).disk(48 << 20, 1 << 20).memory(2 << 20);
    }

    private static void write(
            DiskLab lab,
            Book book,
            int key,
            Random random,
            boolean always,
            Semaphore unacknowledged)
            throws InterruptedException {
        long number = book.begun(key) + 1;
        book.begin(key, number);
        if (number % REMOVED == 0) {
            lab.remove("key" + key);
        } else {
            lab.put("key" + key, value(key, number, 100 + random.nextInt(2_000)));
        }
        book.acknowledge(key, number);
        unacknowledged.acquire();
        Runnable reached =
                () -> {
                    book.reached(key, number);
                    unacknowledged.release();
                };
        if (always) {
            lab.disk.whenDurable(reached);
        } else {
            lab.disk.whenWritten(reached);
        }
    }

    /** A value that says which it is, and of which every byte is known. */
    static byte[] value(int key, long number, int bytes) {
        ByteBuffer value = ByteBuffer.allocate(bytes);
        new Random(key * 31L + number).nextBytes(value.array());
        return value.putInt(key).putLong(number).array();
    }

    /**
     * @return the number of the write, or −1 when the bytes are not what was written
     */
    static long numberOf(int key, Entry entry) {
        ByteBuffer value = ByteBuffer.wrap(entry.value());
        if (value.remaining() < 12 || value.getInt() != key) {
            return -1;
        }
        long number = value.getLong();
        byte[] expected = value(key, number, entry.valueLength());
        return Arrays.equals(expected, entry.value()) ? number : -1;
    }

    /** What was written, for whoever comes after. */
    static final class Book {
        private static final int LINE = 24;

        private final MappedByteBuffer lines;

        private Book(MappedByteBuffer lines) {
            this.lines = lines;
        }

        static Book open(Path file) throws IOException {
            try (FileChannel channel =
                    FileChannel.open(
                            file,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE)) {
                return new Book(channel.map(FileChannel.MapMode.READ_WRITE, 0, (long) LINE * KEYS));
            }
        }

        long begun(int key) {
            return lines.getLong(key * LINE);
        }

        void begin(int key, long number) {
            lines.putLong(key * LINE, number);
        }

        long acknowledged(int key) {
            return lines.getLong(key * LINE + 8);
        }

        void acknowledge(int key, long number) {
            lines.putLong(key * LINE + 8, number);
        }

        long reached(int key) {
            return lines.getLong(key * LINE + 16);
        }

        void reached(int key, long number) {
            lines.putLong(key * LINE + 16, Math.max(number, reached(key)));
        }
    }
}
