package dev.gossamer.node;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.RollingPolicyBase;
import ch.qos.logback.core.rolling.RolloverFailure;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.Duration;
import ch.qos.logback.core.util.FileSize;
import dev.gossamer.node.config.Settings.LogLevel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/**
 * Where the node's log goes: standard output, as logback.xml says, or a file that is put aside when
 * it has {@value #FILE_MIB} MiB, {@value #OLDER_FILES} of which are kept ({@code node.log.1} is the
 * youngest).
 */
final class NodeLog {
    static final int FILE_MIB = 16;
    static final int OLDER_FILES = 4;
    private static final String PATTERN =
            "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0} - %msg%n";

    /** How often the file's size is looked at. */
    private static final long CHECK_MILLIS = 100;

    private NodeLog() {}

    /**
     * @throws IOException when the file cannot be written
     */
    static void apply(LogLevel level, Optional<Path> file) throws IOException {
        if (LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME) instanceof Logger root) {
            root.setLevel(Level.valueOf(level.name()));
            if (file.isPresent()) {
                writeTo(root, file.get().toAbsolutePath(), FileSize.valueOf(FILE_MIB + "MB"));
            }
        }
    }

    /** Makes the file the only place that {@code logger} writes to. */
    static void writeTo(Logger logger, Path file, FileSize max) throws IOException {
        requireWritable(file);
        LoggerContext context = logger.getLoggerContext();
        RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
        appender.setContext(context);
        appender.setFile(file.toString());
        appender.setEncoder(encoder(context));
        Numbered numbered = new Numbered(file);
        numbered.start();
        appender.setRollingPolicy(numbered);
        appender.setTriggeringPolicy(trigger(context, max));
        appender.start();
        if (!appender.isStarted()) {
            throw new IOException(
                    "the log file "
                            + file
                            + " cannot be used: "
                            + context.getStatusManager().getCopyOfStatusList());
        }
        logger.detachAndStopAllAppenders();
        logger.addAppender(appender);
    }

    /** The library only tells its own status list when it can't. */
    private static void requireWritable(Path file) throws IOException {
        Files.createDirectories(file.resolveSibling(""));
        Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND).close();
    }

    private static PatternLayoutEncoder encoder(LoggerContext context) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(PATTERN);
        encoder.start();
        return encoder;
    }

    private static SizeBasedTriggeringPolicy<ILoggingEvent> trigger(
            LoggerContext context, FileSize max) {
        SizeBasedTriggeringPolicy<ILoggingEvent> trigger = new SizeBasedTriggeringPolicy<>();
        trigger.setContext(context);
        trigger.setMaxFileSize(max);
        trigger.setCheckIncrement(Duration.buildByMilliseconds(CHECK_MILLIS));
        trigger.start();
        return trigger;
    }

    /**
     * Moves each file one number up. The library's own policy takes the path for a pattern, in
     * which a percent sign cannot be said.
     */
    private static final class Numbered extends RollingPolicyBase {
        private final Path file;

        Numbered(Path file) {
            this.file = file;
        }

        @Override
        public void rollover() {
            try {
                for (int number = OLDER_FILES - 1; number > 0; number--) {
                    if (Files.exists(older(number))) {
                        move(older(number), older(number + 1));
                    }
                }
                move(file, older(1));
            } catch (IOException e) {
                throw new RolloverFailure("cannot put the log " + file + " aside", e);
            }
        }

        private static void move(Path from, Path to) throws IOException {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }

        private Path older(int number) {
            return file.resolveSibling(file.getFileName() + "." + number);
        }

        @Override
        public String getActiveFileName() {
            return file.toString();
        }
    }
}
