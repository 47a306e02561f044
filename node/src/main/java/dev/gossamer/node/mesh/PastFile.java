package dev.gossamer.node.mesh;

import dev.gossamer.membership.agreement.Returning;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a {@link Past} in the data folder, in the file {@value #NAME}: 16,428 bytes, numbers in
 * little-endian order; docs/return.md has the layout.
 *
 * <p><b>Durability.</b> {@link #save} writes a new file, forces it to the disk, renames it over the
 * old one and forces the folder: after a crash at any instant one of the two is there, whole.
 *
 * <p><b>A damaged file,</b> one of another member, or of another release counts as none: that costs
 * a copy of what this member holds, and nothing else.
 *
 * <p><b>Threads.</b> One at a time; {@link #save} waits for the disk.
 */
public final class PastFile {
    static final String NAME = "standing";
    static final int BYTES = 2 * Integer.BYTES + 4 * Long.BYTES + Slot.COUNT + Integer.BYTES;
    private static final int MAGIC = 0x50534d47; // GMSP
    private static final int FORMAT = 1;
    private static final Logger log = LoggerFactory.getLogger(PastFile.class);

    private final Path file;
    private final MemberId self;
    private final Past past;

    private PastFile(Path file, MemberId self, Past past) {
        this.file = file;
        this.self = self;
        this.past = past;
    }

    /**
     * @param data the folder, which the caller has claimed
     * @param self whose past it is
     */
    public static PastFile open(Path data, MemberId self) {
        Path file = data.resolve(NAME);
        return new PastFile(file, self, load(file, self));
    }

    /** What was saved last before this was opened, or {@link Past#NONE}. */
    public Past past() {
        return past;
    }

    /**
     * Returns when it is on the disk.
     *
     * @throws GossamerException when it is not; the old one is there then, or none
     */
    public void save(Past next) {
        Path temporary = file.resolveSibling(NAME + ".new");
        try {
            try (FileChannel channel =
                    FileChannel.open(
                            temporary,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer bytes = ByteBuffer.wrap(encode(self, next));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel folder =
                    FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
                folder.force(true);
            }
        } catch (IOException e) {
            throw new GossamerException(
                    ErrorCode.ERR,
                    "What this node holds can't be written to " + file + ": " + e,
                    e);
        }
    }

    private static Past load(Path file, MemberId self) {
        try {
            Optional<Past> past =
                    Files.size(file) == BYTES
                            ? decode(self, Files.readAllBytes(file))
                            : Optional.empty();
            if (past.isEmpty()) {
                log.warn(
                        "{} is damaged or not of this member; what is here is compared anew", file);
            }
            return past.orElse(Past.NONE);
        } catch (NoSuchFileException _) {
            return Past.NONE;
        } catch (IOException e) {
            log.warn("{} can't be read; what is here is compared anew", file, e);
            return Past.NONE;
        }
    }

    static byte[] encode(MemberId self, Past past) {
        ByteBuffer out = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(MAGIC).putInt(FORMAT).putLong(self.value());
        out.putLong(past.returning().epoch()).putLong(past.returning().incarnation());
        out.putLong(past.rules()).put(past.ranks());
        return out.putInt(checksum(out.array())).array();
    }

    private static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, BYTES - Integer.BYTES);
        return (int) crc.getValue();
    }

    /** Empty when these are not the bytes of a past of this member. */
    static Optional<Past> decode(MemberId self, byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        boolean whole =
                bytes.length == BYTES
                        && in.getInt(BYTES - Integer.BYTES) == checksum(bytes)
                        && in.getInt() == MAGIC
                        && in.getInt() == FORMAT
                        && in.getLong() == self.value();
        if (!whole) {
            return Optional.empty();
        }
        Returning returning = new Returning(in.getLong(), in.getLong());
        long rules = in.getLong();
        byte[] ranks = new byte[Slot.COUNT];
        in.get(ranks);
        try {
            return Optional.of(new Past(returning, rules, ranks));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
