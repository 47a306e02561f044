package dev.gossamer.node.cli.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process that is not mistaken for another which got its number later.
 *
 * @param pid the process's number
 * @param start when it was started, on the operating system's own scale: clock ticks since boot on
 *     Linux, milliseconds since 1970 elsewhere
 */
public record ProcessIdentity(long pid, long start) {
    private static final int START_FIELD_AFTER_NAME = 20;

    /** The running process of that number, or empty when there is none. */
    public static Optional<ProcessIdentity> of(long pid) {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .flatMap(ProcessIdentity::startOf)
                .map(start -> new ProcessIdentity(pid, start));
    }

    /** The handle, as long as the very process lives. */
    public Optional<ProcessHandle> alive() {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(process -> startOf(process).filter(found -> found == start).isPresent());
    }

    private static Optional<Long> startOf(ProcessHandle process) {
        Path stat = Path.of("/proc/" + process.pid() + "/stat");
        if (Files.exists(stat)) {
            return ticksOf(stat);
        }
        return process.info().startInstant().map(instant -> instant.toEpochMilli());
    }

    /** The name in parentheses may contain anything; the fields after it are plain. */
    private static Optional<Long> ticksOf(Path stat) {
        try {
            String text = Files.readString(stat, java.nio.charset.StandardCharsets.ISO_8859_1);
            String[] fields = text.substring(text.lastIndexOf(')') + 1).strip().split(" ", -1);
            boolean zombie = fields[0].equals("Z");
            return zombie
                    ? Optional.empty()
                    : Optional.of(Long.parseLong(fields[START_FIELD_AFTER_NAME - 1]));
        } catch (IOException _) {
            return Optional.empty(); // it ended meanwhile
        }
    }
}
