package dev.gossamer.node;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Commands to a node's RESP port over a plain socket, hundreds at a time. */
final class RespAsk {
    private static final int AT_ONCE = 100;
    private static final int PATIENCE_MILLIS = 30_000;

    private RespAsk() {}

    static byte[] command(String... words) {
        StringBuilder text = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            text.append("$" + word.length() + "\r\n" + word + "\r\n");
        }
        return text.toString().getBytes(US_ASCII);
    }

    /** Sends them over a connection of their own and reads their replies, in order. */
    static List<Object> ask(int port, byte[]... commands) {
        List<Object> replies = new ArrayList<>();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            ReplyStream stream = new ReplyStream(socket.getInputStream());
            for (int i = 0; i < commands.length; i += AT_ONCE) {
                var bytes = new ByteArrayOutputStream();
                int end = Math.min(commands.length, i + AT_ONCE);
                for (int j = i; j < end; j++) {
                    bytes.writeBytes(commands[j]);
                }
                socket.getOutputStream().write(bytes.toByteArray());
                for (int j = i; j < end; j++) {
                    replies.add(stream.next());
                }
            }
            return replies;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
