package dev.gossamer.node;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;

/**
 * Millions of small entries, each of which tells whether it is the right one: a key says its
 * number, and its value follows from that and from how often it was written. They go to a node over
 * one connection, a thousand at a time.
 */
final class ManyEntries {
    static final int VALUE_BYTES = 100;

    /** How many are sent before their replies are read. */
    static final int BATCH = 1_000;

    private static final int PATIENCE_MILLIS = 30_000;
    private static final byte[] OK = "+OK\r\n".getBytes(US_ASCII);

    private ManyEntries() {}

    static String key(int number) {
        return "entry-" + number;
    }

    static String value(int number, int generation) {
        SplittableRandom random = new SplittableRandom(number * 31L + generation);
        byte[] value = new byte[VALUE_BYTES];
        for (int i = 0; i < VALUE_BYTES; i++) {
            value[i] = (byte) ('!' + random.nextInt('~' - '!'));
        }
        return new String(value, US_ASCII);
    }

    /**
     * Writes the first of them.
     *
     * @param afterBatch hears how many are written, and may wait
     */
    static void write(int port, int count, int generation, IntConsumer afterBatch)
            throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            DataInputStream in =
                    new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            for (int from = 0; from < count; from += BATCH) {
                int to = Math.min(count, from + BATCH);
                ByteArrayOutputStream commands = new ByteArrayOutputStream();
                for (int number = from; number < to; number++) {
                    commands.writeBytes(
                            RespAsk.command("SET", key(number), value(number, generation)));
                }
                socket.getOutputStream().write(commands.toByteArray());
                awaitStored(in, to - from);
                afterBatch.accept(to);
            }
        }
    }

    private static void awaitStored(InputStream in, int count) throws IOException {
        byte[] reply = new byte[OK.length];
        for (int i = 0; i < count; i++) {
            in.readNBytes(reply, 0, OK.length);
            if (!java.util.Arrays.equals(reply, OK)) {
                String rest = new String(reply, US_ASCII);
                throw new IOException("not stored: " + rest + new ReplyStream(in).next());
            }
        }
    }

    /** How many of the numbers have their value, and how many another one. */
    record Found(int asked, int right, int wrong) {}

    /**
     * Looks them up.
     *
     * @param overwritten how many of the first were written twice
     */
    static Found read(int port, int[] numbers, int overwritten) {
        List<byte[]> commands = new ArrayList<>(numbers.length);
        for (int number : numbers) {
            commands.add(RespAsk.command("GET", key(number)));
        }
        List<Object> replies = RespAsk.ask(port, commands.toArray(byte[][]::new));
        int right = 0;
        int wrong = 0;
        for (int i = 0; i < numbers.length; i++) {
            String expected = value(numbers[i], numbers[i] < overwritten ? 1 : 0);
            Object found = replies.get(i);
            right += expected.equals(found) ? 1 : 0;
            wrong += found == null || expected.equals(found) ? 0 : 1;
        }
        return new Found(numbers.length, right, wrong);
    }
}
