package dev.gossamer.node.cache;

import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * The clock's ceiling in the file {@value #NAME} of a member's data folder.
 *
 * <p><b>Durability.</b> The file has two places, {@value #PLACE_DISTANCE} bytes apart, that are
 * written in turn and forced; each has a checksum. A write that was cut off leaves the other place,
 * with the ceiling that held until then.
 *
 * <p><b>Failure.</b> A file in which neither place can be read is refused: who goes on without it
 * may give times that it has given before.
 */
public final class CeilingFile implements ClockCeiling, AutoCloseable {
    /** In the data folder. */
    public static final String NAME = "clock-ceiling";

    private static final int PLACE_DISTANCE = 4096;
    private static final int PLACES = 2;
    private static final int PLACE_LENGTH = Long.BYTES + Integer.BYTES;

    private final Path file;
    private final FileChannel channel;
    private int nextPlace;

    private CeilingFile(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Opens the file, creating it where it is missing.
     *
     * @param folder this member's own, which it has locked
     */
    public static CeilingFile open(Path folder) throws IOException {
        Path file = folder.resolve(NAME);
        FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        return new CeilingFile(file, channel);
    }

    /**
     * @throws GossamerException when the file is damaged; the message says what to do
     */
    @Override
    public long recall() throws IOException {
        if (channel.size() == 0) {
            return 0;
        }
        long best = -1;
        for (int place = 0; place < PLACES; place++) {
            long found = read(place);
            if (found > best) {
                best = found;
                nextPlace = (place + 1) % PLACES;
            }
        }
        if (best < 0) {
            throw new GossamerException(ErrorCode.ERR, damaged());
        }
        return best;
    }

    @Override
    public void remember(long clock) throws IOException {
        ByteBuffer place = ByteBuffer.allocate(PLACE_LENGTH);
        place.putLong(clock).putInt(checksum(clock)).flip();
        long position = (long) nextPlace * PLACE_DISTANCE;
        boolean isNew = channel.size() == 0;
        while (place.hasRemaining()) {
            position += channel.write(place, position);
        }
        channel.force(isNew);
        if (isNew) {
            forceFolder();
        }
        nextPlace = (nextPlace + 1) % PLACES;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /** The time in a place, or -1 when there is no whole one. */
    private long read(int index) throws IOException {
        ByteBuffer place = ByteBuffer.allocate(PLACE_LENGTH);
        long position = (long) index * PLACE_DISTANCE;
        int read = 0;
        while (place.hasRemaining() && read >= 0) {
            read = channel.read(place, position + place.position());
        }
        if (place.hasRemaining()) {
            return -1;
        }
        long clock = place.flip().getLong();
        return clock >= 0 && place.getInt() == checksum(clock) ? clock : -1;
    }

    private static int checksum(long clock) {
        CRC32C checksum = new CRC32C();
        checksum.update(ByteBuffer.allocate(Long.BYTES).putLong(clock).flip());
        return (int) checksum.getValue();
    }

    /** Without this a loss of power may take the new file back. */
    private void forceFolder() throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        try (FileChannel channelOfFolder = FileChannel.open(folder, StandardOpenOption.READ)) {
            channelOfFolder.force(true);
        }
    }

    private String damaged() {
        return "The clock's ceiling in "
                + file
                + " is damaged. Restore the file; or, if the clock of this host has not been set"
                + " back since the node ran last, remove it.";
    }
}
