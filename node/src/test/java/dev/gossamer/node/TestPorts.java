package dev.gossamer.node;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/**
 * Ports for what a test starts. Each JVM that runs tests has a block of its own, however many run
 * at a time: it listens on the block's first port for as long as it lives. All blocks lie below the
 * ports that the kernel gives to outgoing connections, so that nobody takes one between the moment
 * that it is named here and the moment that it is listened on.
 */
public final class TestPorts {
    private static final int FIRST = 14_000;
    private static final int BLOCKS = 40;
    private static final int BLOCK = 250;

    private static final ServerSocket CLAIM = claim();
    private static int next = CLAIM.getLocalPort();

    private TestPorts() {}

    private static ServerSocket claim() {
        for (int block = 0; block < BLOCKS; block++) {
            try {
                return listen(FIRST + block * BLOCK);
            } catch (IOException e) {
                // another JVM has it
            }
        }
        throw new IllegalStateException("all blocks of ports from " + FIRST + " on are taken");
    }

    private static ServerSocket listen(int port) throws IOException {
        return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
    }

    /** A port that nobody listens on; the one that was named longest ago. */
    public static synchronized int free() {
        for (int i = 1; i < BLOCK; i++) {
            next = next < CLAIM.getLocalPort() + BLOCK - 1 ? next + 1 : CLAIM.getLocalPort() + 1;
            try (ServerSocket _ = listen(next)) {
                return next;
            } catch (IOException e) {
                // still in use
            }
        }
        throw new IllegalStateException("no port is free from " + CLAIM.getLocalPort() + " on");
    }
}
