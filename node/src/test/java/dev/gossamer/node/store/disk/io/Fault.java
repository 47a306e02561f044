package dev.gossamer.node.store.disk.io;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A rule of a {@link FaultyBackend}: which operations it strikes, and how.
 *
 * @param operation which; empty for all
 * @param filePart the file's name contains it; empty for all
 * @param skip so many operations that match pass unharmed first, counted from when the rule was set
 * @param strikes so many are struck at most
 * @param probability that one is struck when its turn has come, in (0, 1]
 */
public record Fault(
        Optional<Operation> operation,
        String filePart,
        Effect effect,
        long skip,
        long strikes,
        double probability) {

    public Fault {
        if (skip < 0 || strikes < 1 || !(probability > 0 && probability <= 1)) {
            throw new IllegalArgumentException(
                    "skip " + skip + ", strikes " + strikes + ", probability " + probability);
        }
    }

    /** What happens to an operation that is struck. */
    public sealed interface Effect {
        /** The device reports an error and moves nothing. */
        record Broken() implements Effect {}

        /** There is no room: nothing is written, and no file made. */
        record Full() implements Effect {}

        /** A prefix is moved, and then it fails: a short read, a torn write. */
        record Torn() implements Effect {}

        /** A prefix is written, and the rest is reported written: a disk that lies. */
        record Lost() implements Effect {}

        /** One bit of what is read, or of what is written, is another. */
        record Flipped() implements Effect {}

        /** It takes longer. */
        record Slow(Duration delay) implements Effect {}

        /** It does not end before this does. */
        record Hung(CompletableFuture<Void> until) implements Effect {}
    }

    /** Strikes every operation of a kind from now on. */
    public static Fault every(Operation operation, Effect effect) {
        return new Fault(Optional.of(operation), "", effect, 0, Long.MAX_VALUE, 1);
    }

    /** Strikes one operation of a kind: the first is 1. */
    public static Fault nth(Operation operation, long n, Effect effect) {
        return new Fault(Optional.of(operation), "", effect, n - 1, 1, 1);
    }

    /** Strikes operations of a kind by chance. */
    public static Fault some(Operation operation, double probability, Effect effect) {
        return new Fault(Optional.of(operation), "", effect, 0, Long.MAX_VALUE, probability);
    }

    /** The same on files whose name contains a part. */
    public Fault on(String part) {
        return new Fault(operation, part, effect, skip, strikes, probability);
    }

    /**
     * Reads a rule of one line: {@code read|write|sync|any error|full|torn|lost|flipped|slow=<ms>
     * [p=<probability>] [skip=<n>] [strikes=<n>] [file=<part>]}.
     */
    public static Fault parse(String line) {
        String[] words = line.strip().split("\\s+", -1);
        String operation = words[0].toUpperCase(Locale.ROOT);
        Fault fault =
                new Fault(
                        operation.equals("ANY")
                                ? Optional.empty()
                                : Optional.of(Operation.valueOf(operation)),
                        "",
                        effect(words[1]),
                        0,
                        Long.MAX_VALUE,
                        1);
        for (int i = 2; i < words.length; i++) {
            fault = fault.with(words[i]);
        }
        return fault;
    }

    private Fault with(String option) {
        String value = option.substring(option.indexOf('=') + 1);
        return switch (option.substring(0, option.length() - value.length())) {
            case "p=" ->
                    new Fault(
                            operation, filePart, effect, skip, strikes, Double.parseDouble(value));
            case "skip=" ->
                    new Fault(
                            operation,
                            filePart,
                            effect,
                            Long.parseLong(value),
                            strikes,
                            probability);
            case "strikes=" ->
                    new Fault(
                            operation, filePart, effect, skip, Long.parseLong(value), probability);
            case "file=" -> on(value);
            default -> throw new IllegalArgumentException("unknown option " + option);
        };
    }

    private static Effect effect(String word) {
        if (word.startsWith("slow=")) {
            return new Effect.Slow(
                    Duration.ofMillis(Long.parseLong(word.substring("slow=".length()))));
        }
        return switch (word) {
            case "error" -> new Effect.Broken();
            case "full" -> new Effect.Full();
            case "torn" -> new Effect.Torn();
            case "lost" -> new Effect.Lost();
            case "flipped" -> new Effect.Flipped();
            default -> throw new IllegalArgumentException("unknown effect " + word);
        };
    }

    boolean isFor(Operation asked, String fileName) {
        return operation.map(asked::equals).orElse(true) && fileName.contains(filePart);
    }
}
