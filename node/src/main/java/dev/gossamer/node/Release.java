package dev.gossamer.node;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Which release this is; the build writes it into a resource. */
public final class Release {
    public static final String VERSION = read();

    private Release() {}

    private static String read() {
        try (InputStream resource = Release.class.getResourceAsStream("version.txt")) {
            if (resource == null) {
                throw new IllegalStateException("the build left out dev/gossamer/node/version.txt");
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
