package dev.gossamer.node.cli.local;

import dev.gossamer.node.cli.terminal.CliException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The data folder of a local mesh: a folder per node with its configuration, log and data, the
 * state file that tells what runs, and a lock that one {@code up} holds at a time.
 */
public final class MeshFolder {
    private static final int LOG_TAIL_LINES = 15;

    private final Path folder;

    /** The right to run a mesh in the folder; closing gives it back. */
    public interface Hold extends AutoCloseable {
        @Override
        void close() throws IOException;
    }

    public MeshFolder(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
    }

    public Path path() {
        return folder;
    }

    public Path node(String name) {
        return folder.resolve(name);
    }

    public Path configuration(String name) {
        return node(name).resolve("gossamer.yaml");
    }

    public Path log(String name) {
        return node(name).resolve("node.log");
    }

    /** What a node's JVM says before it has a log, or past it. */
    public Path output(String name) {
        return node(name).resolve("node.out");
    }

    private Path stateFile() {
        return folder.resolve("mesh.json");
    }

    /**
     * What was started here and not stopped since; empty when nothing was.
     *
     * @throws CliException when the file cannot be read
     */
    public Optional<MeshState> state() {
        try {
            return Files.exists(stateFile())
                    ? Optional.of(MeshState.parse(Files.readString(stateFile())))
                    : Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            throw new CliException(
                    "the state file "
                            + stateFile()
                            + " cannot be read ("
                            + e.getMessage()
                            + "); if no node of it runs any more, delete it",
                    e);
        }
    }

    /** Replaces the state file in one step, so that it is never seen half written. */
    public void save(MeshState state) throws IOException {
        Path fresh = folder.resolve("mesh.json.new");
        Files.writeString(fresh, state.toJson());
        Files.move(
                fresh,
                stateFile(),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    public void forgetState() {
        try {
            Files.deleteIfExists(stateFile());
        } catch (IOException e) {
            throw new CliException("cannot delete " + stateFile() + ": " + e.getMessage(), e);
        }
    }

    /**
     * Makes the folder usable and takes it for this process.
     *
     * @return the lock; closing it frees the folder
     * @throws CliException when it cannot be written, or another {@code up} has it
     */
    public Hold take() {
        try {
            Files.createDirectories(folder);
            FileChannel channel =
                    FileChannel.open(
                            folder.resolve("up.lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                channel.close();
                throw alreadyUp();
            }
            refuseIfRunning(channel);
            return channel::close;
        } catch (IOException e) {
            throw new CliException(
                    "the data folder "
                            + folder
                            + " cannot be written ("
                            + e
                            + "); choose another with --data",
                    e);
        }
    }

    private void refuseIfRunning(FileChannel channel) throws IOException {
        if (runs()) {
            channel.close();
            throw alreadyUp();
        }
    }

    private boolean runs() {
        return state().map(state -> !state.alive().isEmpty()).orElse(false);
    }

    /**
     * Looks without touching anything.
     *
     * @throws CliException when nodes of this folder run
     */
    public void requireIdle() {
        if (runs()) {
            throw alreadyUp();
        }
    }

    private CliException alreadyUp() {
        return new CliException(
                "a mesh is already up on "
                        + folder
                        + "; stop it with 'gossamer down --data "
                        + folder
                        + "', or choose another folder with --data");
    }

    /** The last lines of a node's log, and of what else it said. */
    public List<String> logTail(String name) {
        List<String> both = new ArrayList<>(tail(log(name)));
        both.addAll(tail(output(name)));
        return both;
    }

    private static List<String> tail(Path file) {
        if (!Files.exists(file)) {
            return List.of(); // It ended before it had one.
        }
        try {
            List<String> lines = Files.readAllLines(file);
            return lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size());
        } catch (IOException e) {
            return List.of("(" + file + " cannot be read: " + e.getMessage() + ")");
        }
    }
}
