package dev.gossamer.node;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads RESP2 replies, one after the other, from a connection on which many were asked for. */
final class ReplyStream {
    private final InputStream in;

    /** What an error reply says. */
    record Refused(String text) {}

    ReplyStream(InputStream in) {
        this.in = new BufferedInputStream(in);
    }

    /**
     * The next reply: a string, a {@link Refused}, a list of replies, or null for nothing.
     *
     * @throws EOFException when the connection was closed
     */
    @Nullable Object next() throws IOException {
        String line = line();
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+', ':' -> rest;
            case '-' -> new Refused(rest);
            case '$' -> bulk(Integer.parseInt(rest));
            case '*' -> array(Integer.parseInt(rest));
            default -> throw new IOException("no reply: " + line);
        };
    }

    private @Nullable String bulk(int length) throws IOException {
        if (length < 0) {
            return null;
        }
        String text = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        line();
        return text;
    }

    private List<@Nullable Object> array(int count) throws IOException {
        List<@Nullable Object> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(next());
        }
        return all;
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        int next = in.read();
        while (next != '\r') {
            if (next < 0) {
                throw new EOFException("closed");
            }
            line.append((char) next);
            next = in.read();
        }
        in.read(); // the line feed
        return line.toString();
    }
}
