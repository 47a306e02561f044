package dev.gossamer.node.edge.resp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A socket, and nothing that knows the protocol. */
final class RawClient implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final String MARK = "end-of-replies";
    private static final String MARK_REPLY = "$14\r\n" + MARK + "\r\n";

    private final Socket socket = new Socket();

    RawClient(int port) {
        this(port, 0);
    }

    /**
     * @param receiveBytes the kernel's buffer for what is not read yet; 0 for its own choice
     */
    RawClient(int port, int receiveBytes) {
        try {
            if (receiveBytes > 0) {
                socket.setReceiveBufferSize(receiveBytes);
            }
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            socket.setSoTimeout(PATIENCE_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    RawClient send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    RawClient send(String text) {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Everything that is answered to inline commands, up to the last of them. */
    String ask(String inline) {
        return send(inline + "\r\nECHO " + MARK + "\r\n").upToMark();
    }

    /** Asks for an end, and returns all that comes before it. */
    String upToMark() {
        var text = readUntil(MARK_REPLY);
        return text.substring(0, text.length() - MARK_REPLY.length());
    }

    String readUntil(String suffix) {
        var received = new ByteArrayOutputStream();
        try {
            while (!received.toString(StandardCharsets.ISO_8859_1).endsWith(suffix)) {
                int b = socket.getInputStream().read();
                if (b < 0) {
                    throw new AssertionError("closed after: " + received);
                }
                received.write(b);
            }
            return received.toString(StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException("after: " + received, e);
        }
    }

    /** All that comes until the other side closes. */
    String readToEnd() {
        try {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "reset";
        }
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
