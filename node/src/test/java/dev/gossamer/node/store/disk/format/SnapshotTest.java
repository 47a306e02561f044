package dev.gossamer.node.store.disk.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.disk.format.SegmentIndex.Writer;
import dev.gossamer.node.store.disk.format.SnapshotReader.Outcome;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotTest {
    private static final Manifest CLEAN =
            new Manifest(Samples.LOG, Samples.MEMBER, 64 << 20, "boot", true, 20);

    @TempDir Path folder;

    /** A removal, as a snapshot tells it. */
    record Removal(int slot, Bytes key, String tombstone, long forgetAtMillis) {}

    /** All that a snapshot told. */
    private static final class Heard implements SnapshotReader.Listener {
        final List<SnapshotHeader> headers = new ArrayList<>();
        final List<SnapshotEntry> entries = new ArrayList<>();
        final List<Removal> removals = new ArrayList<>();

        @Override
        public void header(SnapshotHeader header) {
            headers.add(header);
        }

        @Override
        public void entry(SnapshotEntry entry) {
            entries.add(entry);
        }

        @Override
        public void tombstone(int slot, Bytes key, Entry tombstone) {
            removals.add(new Removal(slot, key, tombstone.toString(), tombstone.expiresAtMillis()));
        }
    }

    private static SnapshotHeader header() {
        return new SnapshotHeader(
                Samples.LOG,
                20,
                3,
                Samples.CREATED_MILLIS,
                List.of(new Writer(3, Samples.MEMBER), new Writer(4, new MemberId(-1))),
                List.of("default", "users"));
    }

    private static SnapshotEntry entry(SplittableRandom random, int slot) {
        return new SnapshotEntry(
                slot,
                random.nextInt(),
                random.nextInt(256),
                random.nextLong(1L << 62),
                random.nextInt(2),
                random.nextInt(2),
                3 + random.nextInt(17),
                random.nextInt(1 << 25) * DiskFormat.UNIT_BYTES,
                random.nextInt(1, 1 << 10) * DiskFormat.UNIT_BYTES,
                random.nextInt());
    }

    private static List<SnapshotEntry> entries(int count) {
        SplittableRandom random = new SplittableRandom(5);
        List<SnapshotEntry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(entry(random, (int) ((long) i * Slot.COUNT / count)));
        }
        return entries;
    }

    private static final List<Bytes> REMOVED = List.of(Bytes.EMPTY, Bytes.utf8("gone"));

    private void write(List<SnapshotEntry> entries, List<Bytes> removed) throws IOException {
        try (SnapshotWriter writer = SnapshotWriter.create(folder, header())) {
            for (SnapshotEntry entry : entries) {
                writer.entry(entry);
            }
            for (Bytes key : removed) {
                Entry tombstone = Entry.tombstone(Samples.version(9), Samples.EXPIRY_MILLIS);
                writer.tombstone(key.slotIndex(), key, tombstone);
            }
            writer.finish();
        }
    }

    private static List<Removal> removals(List<Bytes> keys) {
        String text = Entry.tombstone(Samples.version(9), 1).toString();
        return keys.stream()
                .map(key -> new Removal(key.slotIndex(), key, text, Samples.EXPIRY_MILLIS))
                .toList();
    }

    @Test
    void whatWasWrittenIsReadInItsOrder() throws IOException {
        List<SnapshotEntry> entries = entries(100_000);
        Bytes longest = Bytes.wrap(new byte[DiskFormat.KEY_BYTES_MAX]);
        List<Bytes> removed = List.of(Bytes.utf8("a"), longest, Bytes.utf8("b"));
        write(entries, removed);
        Heard heard = new Heard();
        assertThat(SnapshotReader.read(folder, CLEAN, heard)).isEqualTo(Outcome.WHOLE);
        assertThat(heard.headers).containsExactly(header());
        assertThat(heard.entries).isEqualTo(entries);
        assertThat(heard.removals).isEqualTo(removals(removed));
    }

    @Test
    void anEmptyIndexHasASnapshotToo() throws IOException {
        write(List.of(), List.of());
        Heard heard = new Heard();
        assertThat(SnapshotReader.read(folder, CLEAN, heard)).isEqualTo(Outcome.WHOLE);
        assertThat(heard.headers).containsExactly(header());
        assertThat(heard.entries).isEmpty();
    }

    @Test
    void aSnapshotIsTheOneThatTheFirstReleaseWrote() throws IOException {
        write(entries(30), REMOVED);
        Path file = folder.resolve(DiskFormat.SNAPSHOT_NAME);
        Golden.check("index.snapshot", ByteBuffer.wrap(Files.readAllBytes(file)));
        Files.write(file, Golden.read("index.snapshot").array());
        Heard heard = new Heard();
        assertThat(SnapshotReader.read(folder, CLEAN, heard)).isEqualTo(Outcome.WHOLE);
        assertThat(heard.entries).isEqualTo(entries(30));
        assertThat(heard.removals).isEqualTo(removals(REMOVED));
    }

    @Test
    void aSnapshotIsStaleUnlessTheManifestIsCleanAndOfTheSameLogAndEnd() throws IOException {
        write(entries(10), REMOVED);
        Manifest otherLog =
                new Manifest(new LogId(1, 2), Samples.MEMBER, 64 << 20, "boot", true, 20);
        for (Manifest manifest :
                List.of(CLEAN.withClean(false), CLEAN.withNextSegment(21), otherLog)) {
            Heard heard = new Heard();
            assertThat(SnapshotReader.read(folder, manifest, heard)).isEqualTo(Outcome.STALE);
            assertThat(heard.headers).isEmpty();
        }
    }

    @Test
    void whereverASnapshotIsFlippedOrCutItIsNotTakenForWhole() throws IOException {
        write(entries(30), REMOVED);
        Path file = folder.resolve(DiskFormat.SNAPSHOT_NAME);
        byte[] good = Files.readAllBytes(file);
        for (int at = 0; at < good.length; at += at < DiskFormat.PAGE_BYTES ? 97 : 1) {
            byte[] flipped = good.clone();
            flipped[at] = (byte) ~flipped[at];
            checkDamaged(file, flipped);
            checkDamaged(file, Arrays.copyOf(good, at));
        }
    }

    @Test
    void aSnapshotThatMissesABlockIsNotTakenForWhole() throws IOException {
        write(entries(100_000), REMOVED);
        Path file = folder.resolve(DiskFormat.SNAPSHOT_NAME);
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        int blocks = 0;
        int at = DiskFormat.PAGE_BYTES;
        while (at < bytes.limit()) {
            int end = at + Little.i32(bytes, at + SnapshotBlock.BYTES_AT);
            byte[] without = new byte[bytes.limit() - (end - at)];
            bytes.get(0, without, 0, at);
            bytes.get(end, without, at, bytes.limit() - end);
            Files.write(file, without);
            assertThat(SnapshotReader.read(folder, CLEAN, new Heard())).isEqualTo(Outcome.DAMAGED);
            at = end;
            blocks++;
        }
        assertThat(blocks).isEqualTo(8); // two tables, four of entries, one of removals, the end
    }

    private void checkDamaged(Path file, byte[] bytes) throws IOException {
        Files.write(file, bytes);
        Heard heard = new Heard();
        assertThat(SnapshotReader.read(folder, CLEAN, heard)).isEqualTo(Outcome.DAMAGED);
        assertThat(heard.entries).isIn(List.of(), entries(30));
    }

    @Test
    void aSnapshotOfAnotherVersionIsNotRead() throws IOException {
        write(entries(3), List.of());
        Path file = folder.resolve(DiskFormat.SNAPSHOT_NAME);
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        Little.put32(bytes, Page.VERSION_AT, 2);
        Page.end(bytes);
        Files.write(file, bytes.array());
        assertThat(SnapshotReader.read(folder, CLEAN, new Heard()))
                .isEqualTo(Outcome.OTHER_VERSION);
    }

    @Test
    void aSnapshotThatWasNotFinishedIsNone() throws IOException {
        try (SnapshotWriter writer = SnapshotWriter.create(folder, header())) {
            writer.entry(entries(1).getFirst());
        }
        assertThatThrownBy(() -> SnapshotReader.read(folder, CLEAN, new Heard()))
                .isInstanceOf(NoSuchFileException.class);
        try (var files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void aSnapshotIsGoneOnceItIsRemoved() throws IOException {
        write(entries(1), List.of());
        SnapshotWriter.remove(folder);
        SnapshotWriter.remove(folder);
        assertThat(Files.exists(folder.resolve(DiskFormat.SNAPSHOT_NAME))).isFalse();
    }
}
