package dev.gossamer.node.edge.resp;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/** A port that leads to another one, until the test cuts it off or lets it fall silent. */
final class Relay implements AutoCloseable {
    private static final long LOOK_NANOS = 1_000_000;

    private final ServerSocket listening;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile int target;
    private volatile boolean cut;
    private volatile boolean silent;

    Relay() {
        try {
            listening = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return listening.getLocalPort();
    }

    void leadTo(int port) {
        target = port;
        Thread.ofVirtual().start(this::accept);
    }

    /** Breaks all connections, and every new one at once. */
    void cut(boolean wanted) {
        cut = wanted;
        if (wanted) {
            sockets.forEach(Relay::end);
        }
    }

    /** Carries nothing, and breaks nothing. */
    void silence(boolean wanted) {
        silent = wanted;
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                if (cut) {
                    end(client);
                    continue;
                }
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                sockets.add(client);
                sockets.add(server);
                Thread.ofVirtual().start(() -> carry(client, server));
                Thread.ofVirtual().start(() -> carry(server, client));
            } catch (IOException e) {
                return; // The test is over.
            }
        }
    }

    private void carry(Socket from, Socket to) {
        byte[] buffer = new byte[64 << 10];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                while (silent) {
                    LockSupport.parkNanos(LOOK_NANOS);
                }
                to.getOutputStream().write(buffer, 0, count);
            }
        } catch (IOException e) {
            end(to); // Either side has gone: so does the other.
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    private static void end(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        silent = false;
        cut(true);
    }
}
