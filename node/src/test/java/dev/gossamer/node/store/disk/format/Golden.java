package dev.gossamer.node.store.disk.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Files as releases have written them, kept (packed) among the test's resources. A change of the
 * format needs another version, and new files beside these; {@code -Dgolden.write=true} writes
 * them.
 */
final class Golden {
    private static final String FOLDER = "/disk-format/";

    private Golden() {}

    static ByteBuffer read(String name) throws IOException {
        InputStream resource = Golden.class.getResourceAsStream(FOLDER + name + ".gz");
        assertThat(resource).as("golden file %s", name).isNotNull();
        try (InputStream in = new GZIPInputStream(resource)) {
            return ByteBuffer.wrap(in.readAllBytes());
        }
    }

    /** What is written today is, byte by byte, what was written then. */
    static void check(String name, ByteBuffer written) throws IOException {
        byte[] bytes = new byte[written.remaining()];
        written.get(written.position(), bytes);
        if (Boolean.getBoolean("golden.write")) {
            Path file = Path.of("src/test/resources" + FOLDER + name + ".gz");
            try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
                out.write(bytes);
            }
        }
        assertThat(bytes).as("golden file %s", name).isEqualTo(read(name).array());
    }
}
