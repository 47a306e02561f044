package dev.gossamer.node.store.disk.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** The {@link Manifest} in a folder. Blocking. */
public final class ManifestFile {
    private ManifestFile() {}

    /**
     * Puts this manifest in the place of the one that is there. When this returns it will be there
     * after a loss of power, too; until then the other one is.
     */
    public static void write(Path folder, Manifest manifest) throws IOException {
        DurableFiles.replace(folder.resolve(DiskFormat.MANIFEST_NAME), manifest.encode());
    }

    /**
     * @return nothing where there is no manifest
     */
    public static Optional<ReadPage<Manifest>> read(Path folder) throws IOException {
        Path file = folder.resolve(DiskFormat.MANIFEST_NAME);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer page = ByteBuffer.allocate(DiskFormat.PAGE_BYTES);
            DurableFiles.read(channel, page, 0);
            return Optional.of(Manifest.decode(page.flip()));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }
}
