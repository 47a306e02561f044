package dev.gossamer.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One connection to one node that asks and waits for each answer. */
final class NearProbe implements AutoCloseable {
    /** So old an answer may be: whatever near copy stands is told. */
    private static final List<String> ANY_AGE = List.of("FRESH", "WITHIN", "3600000");

    private final Socket socket;
    private final ReplyStream replies;

    NearProbe(int port) {
        try {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            replies = new ReplyStream(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void set(String key, String value) {
        Object reply = ask("SET", key, value);
        if (!"OK".equals(reply)) {
            throw new IllegalStateException("SET answered " + reply);
        }
    }

    /** From the near copy, if one stands, of whatever age. */
    @Nullable Object get(String key) {
        return ask("GSM.GET", key, ANY_AGE.get(0), ANY_AGE.get(1), ANY_AGE.get(2));
    }

    /** The tier that answered: L3 when the owner was asked. */
    String tier(String key) {
        Object reply = ask("GSM.GET", key, ANY_AGE.get(0), ANY_AGE.get(1), ANY_AGE.get(2), "META");
        List<?> fields = (List<?>) reply;
        return String.valueOf(fields.get(fields.indexOf("tier") + 1));
    }

    @Nullable Object ask(String... words) {
        try {
            socket.getOutputStream().write(encoded(words));
            return replies.next();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks the same so many times at once. @return nanoseconds until all was answered */
    long pipelined(int count, String... words) {
        byte[] one = encoded(words);
        byte[] all = new byte[one.length * count];
        for (int i = 0; i < count; i++) {
            System.arraycopy(one, 0, all, i * one.length, one.length);
        }
        try {
            long begin = System.nanoTime();
            socket.getOutputStream().write(all);
            for (int i = 0; i < count; i++) {
                replies.next();
            }
            return System.nanoTime() - begin;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] encoded(String... words) {
        var request = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            request.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        return request.toString().getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
