package dev.gossamer.protocol.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Replies by chance, together with their bytes as a server would write them. */
final class RandomReplies {
    private RandomReplies() {}

    /** Appends the bytes (as ISO 8859-1) and returns what they mean. */
    static Reply write(SplittableRandom random, int depth, StringBuilder wire) {
        if (random.nextInt(10) == 0) {
            wire.append("|1\r\n+note\r\n:1\r\n");
        }
        int kind = random.nextInt(depth > 0 ? 12 : 8);
        return kind < 8 ? scalar(random, kind, wire) : aggregate(random, kind, depth, wire);
    }

    private static Reply scalar(SplittableRandom random, int kind, StringBuilder wire) {
        switch (kind) {
            case 0 -> {
                String text = line(random);
                wire.append('+').append(text).append("\r\n");
                return new Reply.Text(text);
            }
            case 1 -> {
                String text = line(random);
                wire.append('-').append(text).append("\r\n");
                return new Reply.Failure(text);
            }
            case 2 -> {
                long value = random.nextLong();
                wire.append(':').append(value).append("\r\n");
                return new Reply.Whole(value);
            }
            case 3 -> {
                byte[] bytes = new byte[random.nextInt(40)];
                random.nextBytes(bytes);
                wire.append('$').append(bytes.length).append("\r\n");
                wire.append(new String(bytes, ISO_8859_1)).append("\r\n");
                return new Reply.Blob(bytes);
            }
            case 4 -> {
                wire.append(random.nextBoolean() ? "_\r\n" : "$-1\r\n");
                return Reply.NIL;
            }
            case 5 -> {
                boolean value = random.nextBoolean();
                wire.append(value ? "#t\r\n" : "#f\r\n");
                return new Reply.Flag(value);
            }
            case 6 -> {
                double value = random.nextDouble();
                wire.append(',').append(value).append("\r\n");
                return new Reply.Decimal(value);
            }
            default -> {
                BigInteger value = BigInteger.valueOf(random.nextLong()).pow(3);
                wire.append('(').append(value).append("\r\n");
                return new Reply.Big(value);
            }
        }
    }

    private static Reply aggregate(
            SplittableRandom random, int kind, int depth, StringBuilder wire) {
        int size = random.nextInt(5);
        char type = "*~>%".charAt(kind - 8);
        wire.append(type).append(size).append("\r\n");
        List<Reply> items = new ArrayList<>();
        for (int i = 0; i < (type == '%' ? 2 * size : size); i++) {
            items.add(write(random, depth - 1, wire));
        }
        return switch (type) {
            case '*' -> new Reply.Array(items);
            case '~' -> new Reply.Bag(items);
            case '>' -> new Reply.Push(items);
            default -> new Reply.Pairs(pairs(items));
        };
    }

    private static List<Reply.Pair> pairs(List<Reply> items) {
        List<Reply.Pair> pairs = new ArrayList<>();
        for (int i = 0; i < items.size(); i += 2) {
            pairs.add(new Reply.Pair(items.get(i), items.get(i + 1)));
        }
        return pairs;
    }

    private static String line(SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(20);
        for (int i = 0; i < length; i++) {
            text.append((char) (' ' + random.nextInt(95)));
        }
        return text.toString();
    }

    /** A byte that means something to a decoder, more often than not. */
    static byte mischief(SplittableRandom random) {
        String telling = "+-:$*_#,(!=%~>|;.?0123456789\r\n";
        return random.nextInt(4) == 0
                ? (byte) random.nextInt(256)
                : (byte) telling.charAt(random.nextInt(telling.length()));
    }
}
