package dev.gossamer.membership;

import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.MemberId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A member's stable id and its claim on the data folder that keeps it: while one process holds a
 * folder, no second one gets it.
 *
 * <p><b>Durability.</b> The id is drawn once, written to a temporary file, forced to the disk and
 * renamed to {@value #ID_FILE}, so that a crash leaves either no id or a whole one.
 *
 * <p><b>Failure.</b> Every failure is a {@link GossamerException} whose message is one sentence for
 * a person; nothing stays locked.
 */
public final class MemberIdentity implements AutoCloseable {
    static final String ID_FILE = "member-id";
    static final String LOCK_FILE = "lock";
    private static final int ID_FILE_BYTES_MAX = 64;

    private final MemberId id;
    private final FileChannel lockFile;

    private MemberIdentity(MemberId id, FileChannel lockFile) {
        this.id = id;
        this.lockFile = lockFile;
    }

    /**
     * Claims {@code data}, creating the folder and the id where they are missing.
     *
     * @param random draws the id of a new member
     */
    public static MemberIdentity claim(Path data, RandomGenerator random) {
        FileChannel lock = lock(data);
        try {
            return new MemberIdentity(loadOrCreate(data, random), lock);
        } catch (RuntimeException e) {
            closeAfter(e, lock);
            throw e;
        }
    }

    public MemberId id() {
        return id;
    }

    /** Gives the folder free. */
    @Override
    public void close() {
        try {
            lockFile.close();
        } catch (IOException e) {
            throw new GossamerException(
                    ErrorCode.INTERNAL, "The lock of the data folder did not close: " + e, e);
        }
    }

    private static FileChannel lock(Path data) {
        FileChannel channel = openLock(data);
        try {
            if (tryLockOrNull(channel) != null) {
                return channel;
            }
        } catch (IOException e) {
            GossamerException failure =
                    new GossamerException(
                            ErrorCode.ERR, "The data folder " + data + " can't be locked: " + e, e);
            closeAfter(failure, channel);
            throw failure;
        }
        GossamerException taken =
                new GossamerException(
                        ErrorCode.ERR,
                        "The data folder "
                                + data
                                + " is in use by another process; stop it, or give this node a"
                                + " folder of its own.");
        closeAfter(taken, channel);
        throw taken;
    }

    private static @Nullable FileLock tryLockOrNull(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // another node inside this very process holds it
        }
    }

    private static FileChannel openLock(Path data) {
        try {
            Files.createDirectories(data);
            return FileChannel.open(
                    data.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new GossamerException(
                    ErrorCode.ERR, "The data folder " + data + " can't be written: " + e, e);
        }
    }

    private static MemberId loadOrCreate(Path data, RandomGenerator random) {
        Path file = data.resolve(ID_FILE);
        try {
            return parse(file, read(file));
        } catch (NoSuchFileException e) {
            return create(file, random);
        } catch (IOException e) {
            throw new GossamerException(
                    ErrorCode.ERR, "The member id in " + file + " can't be read: " + e, e);
        }
    }

    private static String read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate(ID_FILE_BYTES_MAX);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
            return StandardCharsets.ISO_8859_1.decode(bytes.flip()).toString();
        }
    }

    private static MemberId parse(Path file, String text) {
        try {
            return MemberId.parse(text.strip());
        } catch (IllegalArgumentException e) {
            throw new GossamerException(
                    ErrorCode.ERR,
                    "The member id in "
                            + file
                            + " is damaged; restore the file, or remove it and this node joins as a"
                            + " new member.",
                    e);
        }
    }

    private static MemberId create(Path file, RandomGenerator random) {
        MemberId id = new MemberId(random.nextLong());
        Path temporary = file.resolveSibling(ID_FILE + ".new");
        try {
            writeForced(temporary, id + "\n");
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            forceFolder(file);
            return id;
        } catch (IOException e) {
            throw new GossamerException(
                    ErrorCode.ERR, "The member id can't be written to " + file + ": " + e, e);
        }
    }

    private static void writeForced(Path file, String text) throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    /** Without this a power cut may take the rename back. */
    private static void forceFolder(Path file) throws IOException {
        try (FileChannel folder =
                FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    private static void closeAfter(RuntimeException failure, FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }
}
