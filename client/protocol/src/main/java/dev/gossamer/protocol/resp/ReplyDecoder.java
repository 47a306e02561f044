package dev.gossamer.protocol.resp;

import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the replies of a RESP2 or RESP3 server from bytes that arrive in pieces, wherever the
 * pieces are cut. The source is the RESP3 specification (Sanfilippo, 2018), its streamed strings
 * and aggregates included.
 *
 * <p><b>How.</b> A machine with three states: in a line, in the body of a bulk string, and at the
 * line end after it. What is nested is kept on an explicit stack, so depth costs no thread stack.
 * The memory held for an unfinished reply grows with the bytes that came, not with the lengths that
 * the server announced.
 *
 * <p><b>Threads.</b> One at a time. <b>Failure.</b> Bytes that are no RESP, or beyond {@link
 * ReplyLimits}, throw {@link GossamerException} with {@link ErrorCode#INTERNAL}; the decoder is
 * then of no further use, for what follows cannot be told apart from the broken reply.
 */
public final class ReplyDecoder {
    private static final int NO_BODY = -1;
    private static final int BODY_STEP = 64 << 10;

    private final ReplyLimits limits;
    private final ArrayDeque<ReplyFrame> open = new ArrayDeque<>();
    private byte[] line = new byte[128];
    private int lineLength;

    /** Of the reply that is being read. */
    private long replyBytes;

    private byte bodyType;
    private int bodyWanted = NO_BODY;
    private byte[] body = new byte[0];
    private int bodyLength;

    /** The chunks of a streamed string so far, or null outside one. */
    private @Nullable StreamedString streamedOrNull;

    private boolean failed;

    public ReplyDecoder(ReplyLimits limits) {
        this.limits = limits;
    }

    /** Consumes all of {@code in} and hands over every reply that it completes, in order. */
    public void feed(ByteBuffer in, Consumer<? super Reply> replies) {
        if (failed) {
            throw malformed("bytes after a malformed reply");
        }
        failed = true;
        while (in.hasRemaining()) {
            step(in, replies);
        }
        failed = false;
    }

    /** Whether a reply has begun and not ended: the end of the stream here would cut it off. */
    public boolean isInsideReply() {
        return replyBytes > 0;
    }

    private void step(ByteBuffer in, Consumer<? super Reply> replies) {
        int before = in.position();
        Reply done = null;
        boolean ended;
        if (bodyWanted == NO_BODY) {
            ended = readLine(in);
            charge(in.position() - before);
            if (ended) {
                done = lineEndedOrNull();
            }
        } else {
            ended = readBody(in);
            charge(in.position() - before);
            if (ended) {
                done = bodyEndedOrNull();
            }
        }
        if (done != null) {
            deliver(done, replies);
        }
    }

    private void charge(int bytes) {
        replyBytes += bytes;
        if (replyBytes > limits.replyBytesMax()) {
            throw malformed("a reply of more than " + limits.replyBytesMax() + " bytes");
        }
    }

    /** Whether the line is whole; its bytes then stand in {@link #line}, without the line end. */
    private boolean readLine(ByteBuffer in) {
        while (in.hasRemaining()) {
            byte next = in.get();
            if (next == '\n' && lineLength > 0 && line[lineLength - 1] == '\r') {
                lineLength--;
                return true;
            }
            if (lineLength >= limits.lineBytesMax()) {
                throw malformed("a line of more than " + limits.lineBytesMax() + " bytes");
            }
            if (lineLength == line.length) {
                line = Arrays.copyOf(line, line.length * 2);
            }
            line[lineLength++] = next;
        }
        return false;
    }

    /** Whether the body and its line end are whole. */
    private boolean readBody(ByteBuffer in) {
        int take = Math.min(in.remaining(), bodyWanted - bodyLength);
        if (take > 0) {
            ensureBody(bodyLength + take);
            in.get(body, bodyLength, take);
            bodyLength += take;
        }
        while (bodyLength >= bodyWanted && in.hasRemaining()) {
            byte expected = bodyLength == bodyWanted ? (byte) '\r' : (byte) '\n';
            if (in.get() != expected) {
                throw malformed("a bulk string that does not end where it should");
            }
            bodyLength++;
            if (expected == '\n') {
                return true;
            }
        }
        return false;
    }

    private void ensureBody(int needed) {
        if (needed > body.length) {
            long doubled = Math.max(needed, 2L * body.length);
            body = Arrays.copyOf(body, (int) Math.min(bodyWanted, doubled));
        }
    }

    private @Nullable Reply lineEndedOrNull() {
        if (lineLength == 0) {
            throw malformed("an empty line where a reply should begin");
        }
        byte type = line[0];
        if (streamedOrNull != null && type != ';') {
            throw malformed("a streamed string that is broken off");
        }
        Reply done =
                switch (type) {
                    case '+' -> new Reply.Text(lineText());
                    case '-' -> new Reply.Failure(lineText());
                    case ':' -> new Reply.Whole(lineNumber());
                    case '_' -> Reply.NIL;
                    case '#' -> new Reply.Flag(lineFlag());
                    case ',' -> new Reply.Decimal(lineDecimal());
                    case '(' -> new Reply.Big(lineBigInteger());
                    case '$', '!', '=' -> bodyBegunOrNull(type);
                    case ';' -> chunkBegunOrNull();
                    case '*', '~', '>', '%', '|' -> frameBegunOrNull(type);
                    case '.' -> frameEndedByMark();
                    default -> throw malformed("a reply that begins with byte " + type);
                };
        lineLength = 0;
        return done;
    }

    private @Nullable Reply bodyBegunOrNull(byte type) {
        if (type == '$' && isQuestionMark()) {
            streamedOrNull = new StreamedString();
            return null;
        }
        long length = lineNumber();
        if (length == -1 && type == '$') {
            return Reply.NIL;
        }
        beginBody(type, length);
        return null;
    }

    private void beginBody(byte type, long length) {
        if (length < 0 || length > limits.replyBytesMax()) {
            throw malformed(
                    "a bulk string of "
                            + length
                            + " bytes, outside [0, "
                            + limits.replyBytesMax()
                            + "]");
        }
        bodyType = type;
        bodyWanted = (int) length;
        bodyLength = 0;
        body = new byte[Math.min(bodyWanted, BODY_STEP)];
    }

    private @Nullable Reply chunkBegunOrNull() {
        StreamedString streamed = streamedOrNull;
        if (streamed == null) {
            throw malformed("a chunk outside a streamed string");
        }
        long length = lineNumber();
        if (length == 0) {
            streamedOrNull = null;
            return new Reply.Blob(streamed.bytes());
        }
        beginBody((byte) ';', length);
        return null;
    }

    private @Nullable Reply bodyEndedOrNull() {
        bodyWanted = NO_BODY;
        byte[] bytes = body;
        body = new byte[0];
        return switch (bodyType) {
            case '$' -> new Reply.Blob(bytes);
            case '!' -> new Reply.Failure(new String(bytes, StandardCharsets.UTF_8));
            case '=' -> verbatim(bytes);
            default -> chunkEndedOrNull(bytes);
        };
    }

    private @Nullable Reply chunkEndedOrNull(byte[] chunk) {
        if (streamedOrNull != null) {
            streamedOrNull.add(chunk);
        }
        return null;
    }

    private Reply verbatim(byte[] bytes) {
        if (bytes.length < 4 || bytes[3] != ':') {
            throw malformed("a verbatim string without its format");
        }
        return new Reply.Verbatim(
                new String(bytes, 0, 3, StandardCharsets.UTF_8),
                new String(bytes, 4, bytes.length - 4, StandardCharsets.UTF_8));
    }

    private @Nullable Reply frameBegunOrNull(byte type) {
        if (open.size() >= limits.depthMax()) {
            throw malformed("a reply nested deeper than " + limits.depthMax());
        }
        if (isQuestionMark()) {
            open.push(new ReplyFrame(type, ReplyFrame.UNTIL_MARK));
            return null;
        }
        long count = lineNumber();
        if (count == -1 && type == '*') {
            return Reply.NIL;
        }
        if (count < 0 || count > limits.replyBytesMax()) {
            throw malformed("an aggregate of " + count + " elements");
        }
        ReplyFrame frame = new ReplyFrame(type, type == '%' || type == '|' ? 2 * count : count);
        if (frame.isFull() && !frame.isAttribute()) {
            return frame.toReply();
        }
        if (!frame.isFull()) {
            open.push(frame);
        }
        return null;
    }

    private @Nullable Reply frameEndedByMark() {
        ReplyFrame frame = open.peek();
        if (frame == null || !frame.endsByMark() || lineLength != 1) {
            throw malformed("the end of an aggregate that has not begun");
        }
        open.pop();
        if (!frame.isEven()) {
            throw malformed("a map with a key and no value");
        }
        return frame.isAttribute() ? null : frame.toReply();
    }

    private void deliver(Reply finished, Consumer<? super Reply> replies) {
        Reply reply = finished;
        for (ReplyFrame frame = open.peek(); frame != null; frame = open.peek()) {
            frame.add(reply);
            if (!frame.isFull()) {
                return;
            }
            open.pop();
            if (frame.isAttribute()) {
                return;
            }
            reply = frame.toReply();
        }
        replyBytes = 0;
        replies.accept(reply);
    }

    private boolean isQuestionMark() {
        return lineLength == 2 && line[1] == '?';
    }

    private String lineText() {
        return new String(line, 1, lineLength - 1, StandardCharsets.UTF_8);
    }

    private long lineNumber() {
        boolean negative = lineLength > 1 && line[1] == '-';
        int from = negative || (lineLength > 1 && line[1] == '+') ? 2 : 1;
        int digits = lineLength - from;
        if (digits < 1 || digits > 19) {
            throw malformed("a number of " + digits + " digits");
        }
        long value = 0;
        for (int i = from; i < lineLength; i++) {
            int digit = line[i] - '0';
            if (digit < 0 || digit > 9) {
                throw malformed("'" + lineText() + "' where a number should be");
            }
            value = value * 10 - digit;
        }
        if (value > 0 || (!negative && value == Long.MIN_VALUE)) {
            throw malformed("the number " + lineText() + " beyond 64 bits");
        }
        return negative ? value : -value;
    }

    private boolean lineFlag() {
        if (lineLength != 2 || (line[1] != 't' && line[1] != 'f')) {
            throw malformed("'" + lineText() + "' where a boolean should be");
        }
        return line[1] == 't';
    }

    private double lineDecimal() {
        String text = lineText();
        try {
            return switch (text) {
                case "inf", "+inf" -> Double.POSITIVE_INFINITY;
                case "-inf" -> Double.NEGATIVE_INFINITY;
                case "nan", "-nan" -> Double.NaN;
                default -> Double.parseDouble(text);
            };
        } catch (NumberFormatException e) {
            throw malformed("'" + text + "' where a floating point number should be");
        }
    }

    private BigInteger lineBigInteger() {
        String text = lineText();
        try {
            // Its conversion takes quadratic time: thousands of digits are no number but an attack.
            if (text.length() > 4096) {
                throw malformed("an integer of " + text.length() + " digits");
            }
            return new BigInteger(text);
        } catch (NumberFormatException e) {
            throw malformed("'" + text + "' where an integer should be");
        }
    }

    private static GossamerException malformed(String what) {
        return new GossamerException(ErrorCode.INTERNAL, "the server sent no valid RESP: " + what);
    }
}
