package dev.gossamer.node.store.disk.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestFileTest {
    private static final Manifest MANIFEST =
            new Manifest(
                    Samples.LOG,
                    Samples.MEMBER,
                    64 << 20,
                    "4f9a2d5e-3f0b-4a5e-9f4e-0c9d3b1e7a66",
                    false,
                    12);

    @TempDir Path folder;

    @Test
    void aFolderWithoutAManifestHasNone() throws IOException {
        assertThat(ManifestFile.read(folder)).isEmpty();
    }

    @Test
    void theManifestThatWasWrittenLastIsTheOneThatIsRead() throws IOException {
        ManifestFile.write(folder, MANIFEST);
        Manifest later = MANIFEST.withNextSegment(13).withClean(true);
        ManifestFile.write(folder, later);
        assertThat(ManifestFile.read(folder)).contains(new ReadPage.Whole<>(later));
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(folder.resolve(DiskFormat.MANIFEST_NAME));
        }
    }

    @Test
    void aManifestThatWasNotFinishedLeavesTheOneBefore() throws IOException {
        ManifestFile.write(folder, MANIFEST);
        Path unfinished = folder.resolve(DiskFormat.MANIFEST_NAME + DiskFormat.TEMPORARY_SUFFIX);
        Files.write(unfinished, new byte[17]);
        assertThat(ManifestFile.read(folder)).contains(new ReadPage.Whole<>(MANIFEST));
        ManifestFile.write(folder, MANIFEST.withNextSegment(13));
        assertThat(Files.exists(unfinished)).isFalse();
    }

    @Test
    void aFlippedByteOrACutManifestIsNotBelieved() throws IOException {
        Path file = folder.resolve(DiskFormat.MANIFEST_NAME);
        byte[] good = MANIFEST.encode().array();
        for (int at = 0; at < good.length; at += 13) {
            byte[] flipped = good.clone();
            flipped[at] ^= 0x10;
            Files.write(file, flipped);
            assertThat(read()).isInstanceOf(ReadPage.Damaged.class);
            Files.write(file, Arrays.copyOf(good, at));
            assertThat(read()).isInstanceOf(ReadPage.Damaged.class);
        }
    }

    private ReadPage<Manifest> read() throws IOException {
        Optional<ReadPage<Manifest>> found = ManifestFile.read(folder);
        return found.orElseThrow();
    }

    @Test
    void theManifestIsTheOneThatTheFirstReleaseWrote() throws IOException {
        Golden.check("manifest", MANIFEST.encode());
        assertThat(Manifest.decode(Golden.read("manifest")))
                .isEqualTo(new ReadPage.Whole<>(MANIFEST));
    }

    private ReadPage<Manifest> ofVersion(int version) {
        ByteBuffer page = MANIFEST.encode();
        Little.put32(page, Page.VERSION_AT, version);
        return Manifest.decode(Page.end(page));
    }

    @Test
    void aNewerFormatIsRefusedByNameWithAHint() {
        assertThat(ofVersion(7)).isEqualTo(new ReadPage.OtherVersion<Manifest>(7));
        for (OlderFormat policy : OlderFormat.values()) {
            assertThatThrownBy(() -> policy.judge("disk/manifest", 7))
                    .isInstanceOf(UnknownFormatException.class)
                    .hasMessage(
                            "disk/manifest is of format 7, and this release reads format 1. Run the"
                                    + " release that wrote it, or a later one; or remove the folder:"
                                    + " the tier is filled again from the mesh.");
        }
    }

    @Test
    void anOlderFormatIsDiscardedOrRefusedAsConfigured() {
        assertThat(ofVersion(0)).isEqualTo(new ReadPage.OtherVersion<Manifest>(0));
        assertThatCode(() -> OlderFormat.DISCARD.judge("disk/manifest", 0))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> OlderFormat.REFUSE.judge("disk/manifest", 0))
                .isInstanceOf(UnknownFormatException.class)
                .hasMessageContaining("disk/manifest is of format 0")
                .hasMessageContaining("disk.older-format");
    }
}
