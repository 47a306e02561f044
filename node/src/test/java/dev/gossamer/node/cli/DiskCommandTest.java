package dev.gossamer.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cli.admin.Json;
import dev.gossamer.node.cli.terminal.Terminal;
import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.node.store.disk.format.Compression;
import dev.gossamer.node.store.disk.format.DiskFormat;
import dev.gossamer.node.store.disk.format.LogId;
import dev.gossamer.node.store.disk.format.LogRecord;
import dev.gossamer.node.store.disk.format.Manifest;
import dev.gossamer.node.store.disk.format.ManifestFile;
import dev.gossamer.node.store.disk.format.SegmentBuilder;
import dev.gossamer.node.store.disk.format.SegmentHeader;
import dev.gossamer.node.store.disk.format.SnapshotHeader;
import dev.gossamer.node.store.disk.format.SnapshotWriter;
import dev.gossamer.node.store.disk.format.StoredValue;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DiskCommandTest {
    private static final LogId LOG = new LogId(3, 4);
    private static final MemberId MEMBER = new MemberId(0xabcdL);
    private static final int SEGMENT_BYTES = 64 << 10;
    private static final long FAR = 4_000_000_000_000L;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final CommandLine command =
            GossamerCommand.commandLine(
                    (file, flags) -> {}, new Terminal(out, err, 100, false, false));

    @TempDir private Path data;
    private Path disk = Path.of("");

    private long clock = 1;

    @BeforeEach
    void writeLog() throws IOException {
        disk = Files.createDirectories(data.resolve("node-1").resolve("disk"));
        ManifestFile.write(disk, new Manifest(LOG, MEMBER, SEGMENT_BYTES, "boot", false, 3));
        Bytes gone = Bytes.utf8("users:gone");
        seal(
                1,
                List.of(
                        value("users:1", "old", Entry.NEVER),
                        value("users:gone", "x", Entry.NEVER),
                        value("session", "expired", 1_000),
                        value("plain", "y".repeat(2_000), FAR)));
        leaveOpen(
                2,
                List.of(
                        value("users:1", "new \n", FAR),
                        LogRecord.tombstone(
                                gone.slotIndex(),
                                position(gone),
                                gone,
                                Entry.tombstone(version(), FAR)),
                        LogRecord.erase(77, 5, Version.NONE)));
    }

    private Version version() {
        return new Version(2, clock++, MEMBER);
    }

    private LogRecord value(String name, String text, long expiresAtMillis) {
        Bytes key = Bytes.utf8(name);
        byte[] value = text.getBytes(StandardCharsets.UTF_8);
        Entry entry = Entry.of(value, version(), expiresAtMillis);
        StoredValue stored = StoredValue.of(value, Compression.LZ4);
        return LogRecord.value(key.slotIndex(), position(key), key, entry, stored);
    }

    private static int position(Bytes key) {
        return (int) MemoryTier.positionOf(key);
    }

    private void seal(long number, List<LogRecord> records) throws IOException {
        SegmentBuilder builder = builder(number);
        ByteBuffer file = write(builder, records);
        SegmentBuilder.Seal seal = builder.seal(1_700_000_060_000L);
        file.put((int) seal.indexOffset(), seal.index(), 0, seal.index().limit());
        file.put((int) seal.footerOffset(), seal.footer(), 0, seal.footer().limit());
        Files.write(disk.resolve(DiskFormat.segmentName(number)), file.array());
    }

    private void leaveOpen(long number, List<LogRecord> records) throws IOException {
        SegmentBuilder builder = builder(number);
        byte[] file = write(builder, records).array();
        Files.write(
                disk.resolve(DiskFormat.segmentName(number)),
                Arrays.copyOf(file, (int) builder.nextOffset()));
    }

    private static SegmentBuilder builder(long number) {
        return new SegmentBuilder(
                new SegmentHeader(LOG, number, SEGMENT_BYTES, 1_700_000_000_000L));
    }

    private static ByteBuffer write(SegmentBuilder builder, List<LogRecord> records) {
        ByteBuffer file = ByteBuffer.allocate(SEGMENT_BYTES).put(builder.header().encode());
        for (LogRecord record : records) {
            String key = record.key().toUtf8();
            String cache =
                    key.startsWith("users:")
                            ? "users"
                            : record.head().kind().hasKey() ? "default" : "";
            long offset = builder.claim(record.head(), cache);
            builder.codec().encode(record, file.position((int) offset), offset);
        }
        return file.clear();
    }

    private int run(String... arguments) {
        out.reset();
        err.reset();
        List<String> all = new ArrayList<>(List.of("disk"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--data", data.toString()));
        return command.execute(all.toArray(String[]::new));
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private List<String> lines() {
        return out().lines().toList();
    }

    private void flip(long segment, int at) throws IOException {
        Path file = disk.resolve(DiskFormat.segmentName(segment));
        byte[] bytes = Files.readAllBytes(file);
        bytes[at] = (byte) ~bytes[at];
        Files.write(file, bytes);
    }

    @Test
    void inspectCountsWhatNothingLaterOvertookAndHasNotExpired() {
        assertThat(run("inspect")).isZero();
        assertThat(out())
                .contains(disk.toString(), "member 000000000000abcd", "segments of 64.0 KiB")
                .contains("2 entries and 1 tombstones count");
        assertThat(run("inspect", "--json")).isZero();
        Map<String, Object> report = Json.object(out());
        assertThat(report)
                .containsEntry("liveEntries", 2L)
                .containsEntry("liveTombstones", 1L)
                .containsEntry("quarantinedBytes", 0L)
                .containsEntry("clean", false)
                .containsEntry("nextSegment", 3L);
        assertThat(report.get("caches")).asString().contains("cache=default, entries=1");
        assertThat(report.get("caches")).asString().contains("cache=users, entries=1");
        assertThat(report.get("segments"))
                .asString()
                .contains("state=sealed", "state=unsealed")
                .contains("values=4", "values=1, tombstones=1, erasures=1");
    }

    @Test
    void theTableOfSegmentsFitsTheScreen() {
        assertThat(run("inspect", disk.toString())).isZero();
        assertThat(lines().stream().filter(line -> line.contains("sealed")))
                .hasSize(1)
                .allMatch(line -> line.length() <= 100);
    }

    @Test
    void verifyFindsNothingWrongWithAGoodFolder() {
        assertThat(run("verify")).isZero();
        assertThat(out()).contains("2 segments, 7 records", "nothing is damaged");
        assertThat(err()).isEmpty();
    }

    @Test
    void verifyListsWhatIsDamagedAndExitsWithOne() throws IOException {
        int inValue = DiskFormat.PAGE_BYTES + 84; // behind the first record's head and key
        flip(1, inValue);
        assertThat(run("verify")).isEqualTo(1);
        assertThat(out())
                .contains("segment-0000000000000001.gsl", "4096", "the value is damaged")
                .contains("1 damaged");
        assertThat(run("verify", "--json")).isEqualTo(1);
        assertThat(Json.object(out())).containsEntry("damaged", 1L);
        assertThat(Json.object(out()).get("findings")).asString().contains("offset=4096");
    }

    @Test
    void verifyFindsADamagedIndexBlockAManifestAndAHeader() throws IOException {
        flip(1, SEGMENT_BYTES - DiskFormat.FOOTER_BYTES - 1); // padding: nothing there
        assertThat(run("verify")).isZero();
        flip(1, 100);
        assertThat(run("verify")).isEqualTo(1);
        assertThat(out()).contains("the segment's header is damaged");
        Path manifest = disk.resolve(DiskFormat.MANIFEST_NAME);
        Files.write(manifest, new byte[DiskFormat.PAGE_BYTES]);
        assertThat(run("verify")).isEqualTo(1);
        assertThat(out()).contains("it does not begin with 'GSMMANIF'");
    }

    @Test
    void aTornTailIsANoteAndNoDamage() throws IOException {
        Path file = disk.resolve(DiskFormat.segmentName(2));
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 40));
        assertThat(run("verify")).isZero();
        assertThat(err()).contains("within a record: the record was cut off");
        assertThat(run("inspect")).isZero();
        assertThat(out()).contains("torn");
    }

    @Test
    void aSnapshotIsVerifiedWhereTheNodeWasStoppedInOrder() throws IOException {
        ManifestFile.write(disk, new Manifest(LOG, MEMBER, SEGMENT_BYTES, "boot", true, 3));
        assertThat(run("verify")).isEqualTo(1);
        assertThat(out()).contains("index.snapshot", "it is missing");
        SnapshotHeader header = new SnapshotHeader(LOG, 3, 1, 5, List.of(), List.of());
        try (SnapshotWriter writer = SnapshotWriter.create(disk, header)) {
            writer.finish();
        }
        assertThat(run("verify")).isZero();
        Path snapshot = disk.resolve(DiskFormat.SNAPSHOT_NAME);
        Files.write(snapshot, Arrays.copyOf(Files.readAllBytes(snapshot), 4_100));
        assertThat(run("verify")).isEqualTo(1);
        assertThat(out()).contains("it is damaged");
    }

    @Test
    void dumpShowsEveryRecordInTheOrderOfTheLog() {
        assertThat(run("dump")).isZero();
        assertThat(lines()).hasSize(7);
        assertThat(lines().getFirst()).matches("1:4096 +value +\\d+ B +users:1  2-1-0+abcd");
        assertThat(lines().get(3)).contains("plain", "until 2096-10-02T07:06:40Z");
        assertThat(lines().get(5)).contains("tombstone", "users:gone", "2:");
        assertThat(lines().getLast()).contains("erase", "slot 77 position 5");
    }

    @Test
    void dumpIsFilteredByKeySlotAndCache() {
        assertThat(run("dump", "--key", "users:1", "--values")).isZero();
        assertThat(lines()).hasSize(2);
        assertThat(lines().getFirst()).endsWith("= old");
        assertThat(lines().getLast()).endsWith("= new \\x0a");
        assertThat(run("dump", "--slot", "77")).isZero();
        assertThat(lines()).hasSize(1);
        assertThat(run("dump", "--cache", "users")).isZero();
        assertThat(lines()).hasSize(4).allMatch(line -> line.contains("users:"));
        assertThat(run("dump", "--slot", "16384")).isEqualTo(2);
        assertThat(err()).contains("--slot 16384");
    }

    @Test
    void dumpShowsAsMuchOfAValueAsIsAskedForAlsoAsJson() {
        assertThat(run("dump", "--key", "plain", "--values", "--value-size", "5B")).isZero();
        assertThat(out().strip()).endsWith("= yyyyy…");
        assertThat(run("dump", "--key", "plain", "--values", "--value-size", "5B", "--json"))
                .isZero();
        assertThat(Json.object(out().strip()))
                .containsEntry("key", "plain")
                .containsEntry("encoding", "utf-8")
                .containsEntry("value", "yyyyy")
                .containsEntry("valueBytes", 2_000L)
                .containsEntry("compression", "lz4");
    }

    @Test
    void aFolderIsFoundByItsNodeOrByBeingTheOnlyOne() throws IOException {
        assertThat(run("inspect", data.resolve("node-1").toString())).isZero();
        Path second = Files.createDirectories(data.resolve("node-2").resolve("disk"));
        ManifestFile.write(second, new Manifest(LOG, MEMBER, SEGMENT_BYTES, "boot", false, 1));
        assertThat(run("inspect")).isEqualTo(1);
        assertThat(err()).contains("more than one", disk.toString(), second.toString());
        assertThat(run("inspect", second.toString())).isZero();
        assertThat(out()).contains("0 entries");
        assertThat(run("inspect", data.resolve("none").toString())).isEqualTo(1);
        assertThat(err()).contains("name the folder").hasLineCount(1);
    }

    @Test
    void aFolderOfAnotherReleaseIsRefusedInOneSentence() throws IOException {
        ByteBuffer page = new Manifest(LOG, MEMBER, SEGMENT_BYTES, "b", false, 3).encode();
        page.order(ByteOrder.LITTLE_ENDIAN).putInt(8, 9);
        CRC32C crc = new CRC32C();
        crc.update(page.slice(0, DiskFormat.PAGE_BYTES - 4));
        page.putInt(DiskFormat.PAGE_BYTES - 4, (int) crc.getValue());
        Files.write(disk.resolve(DiskFormat.MANIFEST_NAME), page.array());
        assertThat(run("inspect")).isEqualTo(1);
        assertThat(err())
                .contains("is of format 9", "Run the release that wrote it")
                .hasLineCount(1);
    }

    @Test
    void aSegmentIsReadByItsOwnHeaderWhereTheManifestIsMissing() throws IOException {
        Files.delete(disk.resolve(DiskFormat.MANIFEST_NAME));
        assertThat(run("dump")).isZero();
        assertThat(lines()).hasSize(7);
        assertThat(run("inspect")).isZero();
        assertThat(out()).contains("the manifest can't be read: there is none");
    }

    @Test
    void diskAloneShowsItsCommands() {
        assertThat(run()).isZero();
        assertThat(out()).contains("inspect", "verify", "dump");
    }
}
