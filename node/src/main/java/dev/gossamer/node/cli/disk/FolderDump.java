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
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** What {@code disk dump} shows: records, one a line, in the order in which they were written. */
public final class FolderDump {
    private final DiskFolder folder;
    private final RecordFilter filter;
    private final Form form;
    private final Consumer<String> lines;

    /**
     * How a record is shown.
     *
     * @param json each line a JSON object
     * @param values with the values
     * @param valueBytesMax how much of each
     */
    public record Form(boolean json, boolean values, int valueBytesMax) {}

    public FolderDump(DiskFolder folder, RecordFilter filter, Form form, Consumer<String> lines) {
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
                    dump(segment);
                }
            }
            passed += file.bytes();
            progress.accept(passed);
        }
    }

    private void dump(OpenSegment segment) throws IOException {
        SegmentIndex index = segment.index();
        RecordReader reader = segment.reader();
        for (int fact = 0; fact < index.count(); fact++) {
            if (!index.isLost(fact)
                    && filter.mayMatch(index, fact)
                    && reader.head(index.offset(fact)) instanceof RecordHead head) {
                dump(head, reader, segment.file().number(), index.offset(fact));
            }
        }
    }

    private void dump(RecordHead head, RecordReader reader, long segment, long offset)
            throws IOException {
        Optional<Bytes> key =
                head.kind().hasKey() ? Optional.of(reader.key(head)) : Optional.empty();
        if (key.isPresent() && !filter.matches(key.get())) {
            return;
        }
        RecordLine line =
                new RecordLine(
                        segment,
                        offset,
                        head,
                        key,
                        valueOf(head, reader, offset),
                        form.valueBytesMax());
        lines.accept(form.json() ? Json.line(line.toMap()) : line.text());
    }

    private Optional<ReadRecord> valueOf(RecordHead head, RecordReader reader, long offset)
            throws IOException {
        if (!form.values() || head.kind() != RecordKind.VALUE) {
            return Optional.empty();
        }
        return Optional.of(reader.record(head, offset));
    }
}
