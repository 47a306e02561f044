package dev.gossamer.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.core.util.FileSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class NodeLogTest {
    private static final long MAX_BYTES = 10_000;

    @TempDir private Path folder;
    private final Logger logger = (Logger) LoggerFactory.getLogger("some.room.Name");

    @BeforeEach
    void listen() {
        logger.setAdditive(false);
        logger.setLevel(Level.INFO);
    }

    @AfterEach
    void close() {
        logger.detachAndStopAllAppenders();
    }

    @Test
    void aFullFileIsPutAsideAndOnlySoManyAreKept() throws IOException {
        Path file = folder.resolve("100% \\i/node.log");
        NodeLog.writeTo(logger, file, new FileSize(MAX_BYTES));
        Path oldest = file.resolveSibling("node.log." + NodeLog.OLDER_FILES);
        Path tooMany = file.resolveSibling("node.log." + (NodeLog.OLDER_FILES + 1));
        logger.info("the first");
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (!Files.exists(oldest) || Files.readString(oldest).contains("the first")) {
            assertThat(System.nanoTime()).as("files put aside").isLessThan(deadline);
            logger.info("a line, and one more, until the file is full: {}", "x".repeat(50));
            java.util.concurrent.locks.LockSupport.parkNanos(100_000);
        }
        logger.info("the last");
        assertThat(tooMany).doesNotExist();
        try (Stream<Path> files = Files.list(file.resolveSibling(""))) {
            assertThat(files).hasSize(NodeLog.OLDER_FILES + 1);
        }
        assertThat(Files.readString(file)).endsWith(" INFO  Name - the last\n");
    }

    @Test
    void aFileThatIsThereIsContinued() throws IOException {
        Path file = Files.writeString(folder.resolve("node.log"), "before\n");
        NodeLog.writeTo(logger, file, new FileSize(MAX_BYTES));
        logger.warn("after");
        assertThat(Files.readString(file)).startsWith("before\n").endsWith("Name - after\n");
    }

    @Test
    void aFileThatCannotBeWrittenIsRefused() throws IOException {
        Path file = Files.createDirectory(folder.resolve("node.log"));
        assertThatThrownBy(() -> NodeLog.writeTo(logger, file, new FileSize(MAX_BYTES)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("node.log");
    }
}
