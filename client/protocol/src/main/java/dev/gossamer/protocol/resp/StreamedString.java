package dev.gossamer.protocol.resp;

import java.io.ByteArrayOutputStream;

/** The chunks of a bulk string whose length was not announced. */
final class StreamedString {
    private final ByteArrayOutputStream chunks = new ByteArrayOutputStream();

    void add(byte[] chunk) {
        chunks.writeBytes(chunk);
    }

    byte[] bytes() {
        return chunks.toByteArray();
    }
}
