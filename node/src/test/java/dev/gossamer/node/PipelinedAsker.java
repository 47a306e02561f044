package dev.gossamer.node;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps asking one node over one connection, whether it answers or not: requests pile up while it
 * stands still, and it finds them all when it wakes.
 */
final class PipelinedAsker implements AutoCloseable {
    private final Socket socket;
    private final BlockingQueue<Question> sent = new LinkedBlockingQueue<>();
    private final Queue<Exchange> answered = new ConcurrentLinkedQueue<>();

    /**
     * What is asked.
     *
     * @param expected what was known when it was sent
     */
    record Question(List<String> words, long expected) {}

    /**
     * A question and what came of it.
     *
     * @param reply as {@link ReplyStream#next} gives it
     */
    record Exchange(Question question, @Nullable Object reply) {}

    PipelinedAsker(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
    }

    /** Sends a question after the other, until {@code enough} holds. */
    void ask(Supplier<Question> questions, Runnable pause, BooleanSupplier enough) {
        try {
            while (!enough.getAsBoolean()) {
                send(questions.get());
                pause.run();
            }
            send(new Question(List.of("QUIT"), 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void send(Question question) throws IOException {
        sent.add(question);
        socket.getOutputStream().write(encoded(question.words()));
    }

    private static byte[] encoded(List<String> words) {
        var request = new StringBuilder("*" + words.size() + "\r\n");
        for (String word : words) {
            request.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        return request.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** Takes answers until the node has answered everything and closed the connection. */
    void listen() {
        try {
            ReplyStream replies = new ReplyStream(socket.getInputStream());
            while (true) {
                Object reply = replies.next();
                answered.add(new Exchange(sent.remove(), reply));
            }
        } catch (EOFException _) {
            if (!sent.isEmpty()) {
                throw new IllegalStateException(sent.size() + " requests were not answered");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that was answered so far, in the order of the questions. */
    List<Exchange> answered() {
        return List.copyOf(answered);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
