package dev.gossamer.node.cli.disk;

import dev.gossamer.node.cli.admin.Json;
import dev.gossamer.node.store.disk.format.ReadRecord;
import dev.gossamer.node.store.disk.format.RecordHead;
import dev.gossamer.node.store.disk.format.RecordKind;
import dev.gossamer.node.store.disk.format.RecordReader;
import dev.gossamer.node.store.disk.format.SegmentIndex;
import dev.gossamer.protocol.Bytes;
import java.io.IOException;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.Predicate;

/** What {@code disk dump} shows: records, one a line, in the order in which they were written. */
public final class FolderDump {
    private final DiskFolder folder;
    private final RecordFilter filter;
    private final Form form;
    private final Predicate<String> lines;

    /**
     * How a record is shown.
     *
     * @param json each line a JSON object
     * @param values with the values
     * @param valueBytesMax how much of each
     */
    public record Form(boolean json, boolean values, int valueBytesMax) {}

    /**
     * @param lines takes a line, and says whether somebody still listens
     */
    public FolderDump(DiskFolder folder, RecordFilter filter, Form form, Predicate<String> lines) {
        this.folder = folder;
        this.filter = filter;
        this.form = form;
        this.lines = lines;
    }

    /**
     * @param progress told how many bytes of the segments were passed
     */
    public void run(LongConsumer progress) throws IOException {
        long passed = 0;
        for (SegmentFile file : folder.segments()) {
            Optional<OpenSegment> found = folder.scan(file);
            if (found.isPresent()) {
                try (OpenSegment segment = found.get()) {
                    if (!dump(segment)) {
                        return;
                    }
                }
            }
            passed += file.bytes();
            progress.accept(passed);
        }
    }

    /**
     * @return whether somebody still listens
     */
    private boolean dump(OpenSegment segment) throws IOException {
        SegmentIndex index = segment.index();
        RecordReader reader = segment.reader();
        boolean isHeard = true;
        for (int fact = 0; isHeard && fact < index.count(); fact++) {
            int offset = index.offset(fact);
            if (!index.isLost(fact)
                    && filter.mayMatch(index, fact)
                    && reader.head(offset) instanceof RecordHead head) {
                isHeard = dump(head, reader, segment.file().number(), offset);
            }
        }
        return isHeard;
    }

    private boolean dump(RecordHead head, RecordReader reader, long segment, long offset)
            throws IOException {
        Optional<Bytes> key =
                head.kind().hasKey() ? Optional.of(reader.key(head)) : Optional.empty();
        if (key.isPresent() && !filter.matches(key.get())) {
            return true;
        }
        Optional<ReadRecord> value = valueOf(head, reader, offset);
        RecordLine line = new RecordLine(segment, offset, head, key, value, form.valueBytesMax());
        return lines.test(form.json() ? Json.line(line.toMap()) : line.text());
    }

    private Optional<ReadRecord> valueOf(RecordHead head, RecordReader reader, long offset)
            throws IOException {
        if (!form.values() || head.kind() != RecordKind.VALUE) {
            return Optional.empty();
        }
        return Optional.of(reader.record(head, offset));
    }
}
