package dev.gossamer.node.cli.chaos.mesh;

import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Version;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;

/** A client that knows one member only. */
final class SideWriter implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    private final Jedis connection;

    /** What came of a call. */
    sealed interface Result {
        long startNanos();

        long endNanos();

        /**
         * It was done.
         *
         * @param value what was read; empty for a write, or for nothing
         * @param version of what was written
         */
        record Done(
                Optional<String> value, Optional<Version> version, long startNanos, long endNanos)
                implements Result {}

        /** An error. */
        record Failed(ErrorCode code, String message, long startNanos, long endNanos)
                implements Result {}
    }

    SideWriter(int member, int port) {
        connection = new Jedis(Network.addressOf(member), port, PATIENCE_MILLIS);
    }

    Result write(String key, String value) {
        return call(List.of("GSM.SET", key, value, "META"));
    }

    Result read(String key) {
        return call(List.of("GSM.GET", key, "FRESH", "LATEST"));
    }

    private Result call(List<String> words) {
        long start = System.nanoTime();
        try {
            Object reply =
                    connection.sendCommand(
                            () -> words.getFirst().getBytes(StandardCharsets.UTF_8),
                            words.subList(1, words.size()).toArray(String[]::new));
            return done(reply, start);
        } catch (JedisDataException e) {
            String text = String.valueOf(e.getMessage());
            ErrorCode code = ErrorCode.valueOf(text.substring(0, text.indexOf(' ')));
            return new Result.Failed(code, text, start, System.nanoTime());
        }
    }

    private static Result done(Object reply, long start) {
        long end = System.nanoTime();
        return switch (reply) {
            case byte[] value ->
                    new Result.Done(Optional.of(text(value)), Optional.empty(), start, end);
            case List<?> pairs ->
                    new Result.Done(
                            Optional.empty(),
                            Optional.of(Version.parse(text((byte[]) pairs.get(3)))),
                            start,
                            end);
            case null -> new Result.Done(Optional.empty(), Optional.empty(), start, end);
            default -> throw new IllegalStateException("a reply of " + reply.getClass());
        };
    }

    private static String text(byte[] value) {
        return new String(value, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        connection.close();
    }
}
