package dev.gossamer.node.cli.disk;

import dev.gossamer.node.store.disk.format.RecordReader;
import dev.gossamer.node.store.disk.format.ScannedSegment;
import dev.gossamer.node.store.disk.format.ScannedSegment.Quarantined;
import dev.gossamer.node.store.disk.format.SegmentCheck;
import dev.gossamer.node.store.disk.format.SegmentId;
import dev.gossamer.node.store.disk.format.SegmentIndex;
import dev.gossamer.node.store.disk.format.SegmentScan;
import dev.gossamer.node.store.disk.format.SegmentSource;
import dev.gossamer.protocol.Bytes;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * A segment file that is open and was scanned. It can be read to its end even when the node removes
 * it meanwhile. For one thread.
 */
public final class OpenSegment implements AutoCloseable {
    private final SegmentFile file;
    private final SegmentId id;
    private final FileChannel channel;
    private final ScannedSegment scanned;

    private OpenSegment(
            SegmentFile file, SegmentId id, FileChannel channel, ScannedSegment scanned) {
        this.file = file;
        this.id = id;
        this.channel = channel;
        this.scanned = scanned;
    }

    static OpenSegment scan(
            SegmentFile file, SegmentId id, FileChannel channel, Function<Bytes, String> cacheOf)
            throws IOException {
        ScannedSegment scanned = SegmentScan.scan(id, SegmentSource.of(channel), cacheOf);
        return new OpenSegment(file, id, channel, scanned);
    }

    public SegmentFile file() {
        return file;
    }

    public ScannedSegment scanned() {
        return scanned;
    }

    public SegmentIndex index() {
        return scanned.index();
    }

    /** Reads its records. */
    public RecordReader reader() {
        return new RecordReader(id, SegmentSource.of(channel), scanned.end());
    }

    /**
     * Looks at everything in it.
     *
     * @param progress told how many bytes of the file were looked at
     * @return what is damaged
     */
    public List<Quarantined> check(LongConsumer progress) throws IOException {
        return SegmentCheck.check(id, SegmentSource.of(channel), scanned, progress);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
