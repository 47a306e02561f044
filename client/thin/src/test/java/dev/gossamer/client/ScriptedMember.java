package dev.gossamer.client;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/**
 * A peer for tests: one member's two ports on real sockets. It answers the plain commands from a
 * map that all members of a {@link ScriptedMesh} share, and first asks its script, which may answer
 * otherwise, stay silent, or hang up.
 */
final class ScriptedMember implements AutoCloseable {
    /** Answers one request, or leaves it to the member. */
    interface Script {
        Optional<String> answer(Peer peer, List<String> words);
    }

    static final Script PLAIN = (peer, words) -> Optional.empty();

    /** What a script returns to say nothing at all. */
    static final String SILENCE = "";

    private final ScriptedMesh mesh;
    final int index;
    final ServerSocket proxying;
    final ServerSocket clustered;
    final List<String> heard = new CopyOnWriteArrayList<>();
    final Set<Peer> peers = ConcurrentHashMap.newKeySet();
    volatile Script script = PLAIN;

    ScriptedMember(ScriptedMesh mesh, int index) {
        this.mesh = mesh;
        this.index = index;
        this.proxying = listen("proxying");
        this.clustered = listen("clustered");
    }

    private ServerSocket listen(String port) {
        try {
            ServerSocket socket = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
            Thread acceptor = new Thread(() -> accept(socket, port), "scripted-" + port);
            acceptor.setDaemon(true);
            acceptor.start();
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept(ServerSocket listening, String port) {
        while (!listening.isClosed()) {
            try {
                Peer peer = new Peer(listening.accept(), port);
                peers.add(peer);
                if (listening.isClosed()) {
                    peer.close(); // What came in while the port was being closed.
                    return;
                }
                Thread thread = new Thread(peer::serve, "scripted-peer");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                return;
            }
        }
    }

    /** The commands that were heard, as {@code port NAME first-argument}, without the greeting. */
    Stream<String> heard(String command) {
        return heard.stream().filter(line -> line.contains(" " + command));
    }

    /** Ends all connections; new ones are taken. */
    void hangUp() {
        peers.forEach(Peer::close);
    }

    @Override
    public void close() {
        try {
            proxying.close();
            clustered.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        hangUp();
    }

    /** One connection of a client. */
    final class Peer {
        private final Socket socket;
        final String port;
        volatile boolean subscribed;

        /** Keys whose leases it wants to hear the end of. */
        final Set<String> awaited = ConcurrentHashMap.newKeySet();

        Peer(Socket socket, String port) {
            this.socket = socket;
            this.port = port;
        }

        private void serve() {
            try (DataInputStream in =
                    new DataInputStream(new BufferedInputStream(socket.getInputStream()))) {
                for (List<String> words = read(in); !words.isEmpty(); words = read(in)) {
                    String name = words.get(0).toUpperCase(Locale.ROOT);
                    heard.add(port + " " + name + (words.size() > 1 ? " " + words.get(1) : ""));
                    List<String> asked = words;
                    say(script.answer(this, words).orElseGet(() -> plain(name, asked)));
                }
            } catch (IOException e) {
                // The client or the test has hung up.
            } finally {
                peers.remove(this);
                close();
            }
        }

        private String plain(String name, List<String> words) {
            if (name.equals("GSM.TOPOLOGY")) {
                subscribed |= words.size() > 1;
            }
            if (name.equals("GSM.LEASE.GET")) {
                awaited.add(words.get(1));
            }
            return mesh.answer(name, words);
        }

        synchronized void say(String bytes) {
            try {
                OutputStream out = socket.getOutputStream();
                out.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
                out.flush();
            } catch (IOException e) {
                close();
            }
        }

        void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static List<String> read(DataInputStream in) throws IOException {
        int first = in.read();
        if (first < 0) {
            return List.of();
        }
        String[] words = new String[number(in)];
        for (int i = 0; i < words.length; i++) {
            if (in.read() != '$') {
                throw new IOException("no bulk string");
            }
            byte[] word = new byte[number(in)];
            in.readFully(word);
            in.skipBytes(2);
            words[i] = new String(word, StandardCharsets.ISO_8859_1);
        }
        return List.of(words);
    }

    private static int number(InputStream in) throws IOException {
        int value = 0;
        for (int next = in.read(); next != '\r'; next = in.read()) {
            value = value * 10 + next - '0';
        }
        in.read();
        return value;
    }

    static String bulk(String text) {
        return "$" + text.length() + "\r\n" + text + "\r\n";
    }

    static String map(Map<String, String> rendered) {
        StringBuilder out = new StringBuilder("%" + rendered.size() + "\r\n");
        rendered.forEach((key, value) -> out.append(bulk(key)).append(value));
        return out.toString();
    }
}
