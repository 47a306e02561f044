package dev.gossamer.membership.jgroups;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.fail;

import dev.gossamer.protocol.MemberId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/** A {@link MemberMain} that a test started, and what it has said so far. */
final class MemberProcess implements AutoCloseable {
    private final int port;
    private final Process process;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition said = lock.newCondition();

    // Guarded by lock.
    private final List<String> lines = new ArrayList<>();
    private int read;

    private MemberProcess(int port, Process process) {
        this.port = port;
        this.process = process;
        Thread.ofVirtual().start(this::listen);
    }

    static MemberProcess start(long id, int port, List<Integer> ports, String password) {
        return start(id, port, ports, password, Duration.ofSeconds(20));
    }

    static MemberProcess start(
            long id, int port, List<Integer> ports, String password, Duration startTimeout) {
        String contacts = String.join(",", ports.stream().map(p -> "127.0.0.1:" + p).toList());
        try {
            Process process =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                    "-XX:TieredStopAtLevel=1",
                                    "-Xmx96m",
                                    "-Dlog.level=" + System.getProperty("log.level", "ERROR"),
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    MemberMain.class.getName(),
                                    new MemberId(id).toString(),
                                    Integer.toString(port),
                                    contacts,
                                    password,
                                    Long.toString(startTimeout.toSeconds()))
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            return new MemberProcess(port, process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String id(long value) {
        return new MemberId(value).toString();
    }

    private void listen() {
        try (BufferedReader in = process.inputReader(UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                add(line);
            }
        } catch (IOException e) {
            add("lost " + e);
        }
    }

    private void add(String line) {
        lock.lock();
        try {
            lines.add(line);
            said.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A line that starts so, said since the view that was awaited last. */
    String await(String start, Duration patience) {
        return awaitThat(line -> line.startsWith(start), start, patience);
    }

    /** A view of exactly these members, by their ports. */
    String awaitView(Duration patience, Integer... ports) {
        String members =
                List.of(ports).stream()
                        .map(p -> "node-" + p + "/zone-" + p % 2)
                        .reduce((a, b) -> a + " " + b)
                        .orElseThrow();
        return awaitThat(
                line -> line.startsWith("view ") && line.endsWith(members) && hasOnly(line, ports),
                "view of " + members,
                patience);
    }

    private static boolean hasOnly(String line, Integer... ports) {
        return line.split(" ").length == ports.length + 2;
    }

    private String awaitThat(Predicate<String> wanted, String what, Duration patience) {
        long left = patience.toNanos();
        lock.lock();
        try {
            while (true) {
                for (int i = read; i < lines.size(); i++) {
                    if (wanted.test(lines.get(i))) {
                        read = lines.get(i).startsWith("view ") ? i : read;
                        return lines.get(i);
                    }
                }
                if (left <= 0) {
                    return fail("node-" + port + " said no '" + what + "', only " + lines);
                }
                left = said.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            lock.unlock();
        }
    }

    List<String> said() {
        lock.lock();
        try {
            return List.copyOf(lines);
        } finally {
            lock.unlock();
        }
    }

    void tell(String command) {
        try {
            process.getOutputStream().write((command + "\n").getBytes(UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As {@code kill -9} does. */
    void kill() {
        process.destroyForcibly();
        awaitExit();
    }

    void awaitExit() {
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                fail("node-" + port + " did not end");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        kill();
    }
}
