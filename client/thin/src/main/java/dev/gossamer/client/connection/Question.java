package dev.gossamer.client.connection;

import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.resp.Reply;
import java.util.function.Consumer;

/** One request that belongs to its connection, and is never sent again on another. */
public final class Question extends Exchange {
    private final Consumer<Reply> answer;
    private final Runnable failure;

    private Question(byte[] request, Consumer<Reply> answer, Runnable failure) {
        super(request);
        this.answer = answer;
        this.failure = failure;
    }

    /**
     * Asks, unless the connection is gone or full.
     *
     * @param answer called on the I/O thread with the reply, an error line included
     * @param failure called when no reply will come; on the I/O thread or, at once, on the caller's
     */
    public static void ask(
            Connection connection, byte[] request, Consumer<Reply> answer, Runnable failure) {
        Question question = new Question(request, answer, failure);
        if (connection.offer(question, Connection.Writing.BY_LOOP) != Connection.Admission.TAKEN) {
            question.failed(
                    new GossamerException(ErrorCode.UNREACHABLE, connection + " is gone"), false);
        }
    }

    @Override
    protected boolean replied(Connection connection, Reply reply) {
        answer.accept(reply);
        return true;
    }

    @Override
    protected void failed(GossamerException cause, boolean sent) {
        failure.run();
    }
}
