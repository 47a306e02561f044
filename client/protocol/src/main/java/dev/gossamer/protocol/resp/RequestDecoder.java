package dev.gossamer.protocol.resp;

/**
 * Finds requests in a stream of bytes: arrays of bulk strings, and inline commands.
 *
 * <p>Requests are read where they lie. Only the unfinished end of the input is copied, into an
 * array that grows with what has come, never with what was announced; a request that comes in many
 * pieces is not read again from its start. How the input was cut makes no difference, to errors
 * neither.
 *
 * <pre>{@code
 * decoder.feed(bytes, offset, length);
 * while (decoder.next()) {
 *     serve(decoder.request());
 * }
 * // the bytes may be used for something else now
 * }</pre>
 *
 * <p><b>Threads.</b> One at a time.
 *
 * <p><b>Failure.</b> {@link RespProtocolException} from {@link #next}, with the texts of Redis;
 * after it the decoder must not be used any more. Like Redis, the two bytes that end a line or a
 * bulk are skipped, not checked.
 */
public final class RequestDecoder {
    private static final byte[] NONE = new byte[0];
    private static final int KEPT_IDLE_BYTES_MAX = 16 * 1024;
    private static final String BAD_COUNT = "invalid multibulk length";
    private static final String BAD_LENGTH = "invalid bulk length";
    private static final int INCOMPLETE = -1;

    private final RequestLimits granted;
    private final Request request = new Request();
    private final InlineSplitter inline = new InlineSplitter();
    private RequestLimits limits;
    private boolean anonymous;

    /** The array that belongs to this decoder, for the unfinished end of the input. */
    private byte[] kept = NONE;

    /** What is being read: the caller's array or {@link #kept}. */
    private byte[] bytes = NONE;

    /** Whether {@link #bytes} is {@link #kept}. */
    private boolean own;

    /** Where the request under way begins, and where the input ends. */
    private int at;

    private int end;

    /** How far the request under way has been read, from {@link #at}. */
    private int position;

    /** How many arguments the request under way has; 0 before its first line has been read. */
    private int argsWanted;

    /** The length of the argument under way; -1 before its line has been read. */
    private int bulkLength = -1;

    private int number;

    public RequestDecoder(RequestLimits limits) {
        this.granted = limits;
        this.limits = limits;
    }

    /**
     * Whether the sender is still a stranger: who may send ten arguments of 16 KiB and no more, as
     * with Redis.
     */
    public void anonymous(boolean stranger) {
        anonymous = stranger;
        limits = stranger ? granted.anonymous() : granted;
    }

    /** The request that {@link #next} found. */
    public Request request() {
        return request;
    }

    /** Bytes that have come and are not part of a finished request yet. */
    public int unreadBytes() {
        return end - at;
    }

    /** The memory that the unfinished input holds here. */
    public int keptBytes() {
        return kept.length;
    }

    /**
     * Goes on with {@code array[offset, offset + length)}, which must stay as it is until {@link
     * #next} has answered false or {@link #keep} was called.
     */
    public void feed(byte[] array, int offset, int length) {
        if (at == end) {
            bytes = array;
            own = false;
            at = offset;
            end = offset + length;
        } else {
            keep();
            append(array, offset, length);
        }
    }

    /** Copies what has not been read, so that the array given to {@link #feed} is free again. */
    public void keep() {
        int left = end - at;
        if (left == 0) {
            forget();
        } else if (!own) {
            if (kept.length < left) {
                kept = new byte[left];
            }
            System.arraycopy(bytes, at, kept, 0, left);
            bytes = kept;
            own = true;
            at = 0;
            end = left;
        }
    }

    private void forget() {
        bytes = NONE;
        own = false;
        at = 0;
        end = 0;
        if (kept.length > KEPT_IDLE_BYTES_MAX) {
            kept = NONE;
        }
    }

    private void append(byte[] array, int offset, int length) {
        int left = end - at;
        int needed = Math.addExact(left, length);
        if (kept.length - end < length) {
            byte[] target =
                    needed <= kept.length
                            ? kept
                            : new byte[(int) Math.max(needed, Math.min(2L * left, 1 << 30))];
            System.arraycopy(kept, at, target, 0, left);
            kept = target;
            bytes = target;
            at = 0;
            end = left;
        }
        System.arraycopy(array, offset, kept, end, length);
        end += length;
    }

    /**
     * Reads on to the end of a request.
     *
     * @return false when more bytes are needed
     * @throws RespProtocolException when what has come is not a request, or too much of one
     */
    public boolean next() {
        while (at < end) {
            boolean found = argsWanted > 0 ? readBulks() : readStart();
            if (found) {
                return true;
            }
            if (position > 0 || argsWanted > 0) {
                checkSize(end - at);
                keep();
                return false;
            }
        }
        keep();
        return false;
    }

    /** On false, a position of 0 says that an empty request was skipped: there may be more. */
    private boolean readStart() {
        if (position == 0) {
            request.clear();
        }
        if (bytes[at] != '*') {
            return readInline();
        }
        int next = readNumber(at + 1, BAD_COUNT);
        if (next == INCOMPLETE) {
            position = end - at;
            return false;
        }
        if (number > limits.argsMax()) {
            throw new RespProtocolException(
                    anonymous && number <= granted.argsMax()
                            ? "unauthenticated multibulk length"
                            : BAD_COUNT);
        }
        if (number <= 0) {
            at = next;
            position = 0;
            return false;
        }
        argsWanted = number;
        position = next - at;
        return readBulks();
    }

    private boolean readBulks() {
        int from = at + position;
        while (request.count() < argsWanted) {
            if (bulkLength < 0) {
                int next = readLength(from);
                if (next == INCOMPLETE) {
                    position = from - at;
                    return false;
                }
                from = next;
            }
            if (end - from < bulkLength + 2) {
                position = from - at;
                return false;
            }
            request.add(from - at, bulkLength);
            from += bulkLength + 2;
            bulkLength = -1;
        }
        request.lieIn(bytes, at);
        at = from;
        position = 0;
        argsWanted = 0;
        return true;
    }

    /** Reads a bulk's first line. */
    private int readLength(int from) {
        if (from >= end) {
            return INCOMPLETE;
        }
        if (bytes[from] != '$') {
            throw new RespProtocolException(
                    "expected '$', got '" + (char) (bytes[from] & 0xff) + "'");
        }
        int next = readNumber(from + 1, BAD_LENGTH);
        if (next == INCOMPLETE) {
            return INCOMPLETE;
        }
        if (number < 0 || number > limits.bulkBytesMax()) {
            throw new RespProtocolException(
                    anonymous && number >= 0 && number <= granted.bulkBytesMax()
                            ? "unauthenticated bulk length"
                            : BAD_LENGTH);
        }
        checkSize((long) next - at + number);
        bulkLength = number;
        return next;
    }

    private void checkSize(long requestBytes) {
        if (requestBytes > limits.requestBytesMax()) {
            throw new RespProtocolException(
                    "request of more than " + limits.requestBytesMax() + " bytes");
        }
    }

    /**
     * Reads an integer and the two bytes after it into {@link #number}.
     *
     * @return where the next line begins
     */
    private int readNumber(int from, String complaint) {
        int i = from;
        boolean negative = i < end && bytes[i] == '-';
        if (negative) {
            i++;
        }
        int first = i;
        long sum = 0;
        while (i < end && bytes[i] >= '0' && bytes[i] <= '9') {
            sum = sum * 10 + (bytes[i] - '0');
            i++;
            boolean leadingZero = bytes[first] == '0' && (negative || i - first > 1);
            if (sum > Integer.MAX_VALUE || leadingZero) {
                throw new RespProtocolException(complaint);
            }
        }
        if (i < end && (bytes[i] != '\r' || i == first)) {
            throw new RespProtocolException(complaint);
        }
        if (i + 1 >= end) {
            return INCOMPLETE;
        }
        number = (int) (negative ? -sum : sum);
        return i + 2;
    }

    private boolean readInline() {
        int from = at + position;
        while (from < end && bytes[from] != '\n') {
            from++;
        }
        if (from - at > limits.inlineBytesMax()) {
            throw new RespProtocolException("too big inline request");
        }
        if (from == end) {
            position = end - at;
            return false;
        }
        int length = from - at;
        if (length > 0 && bytes[from - 1] == '\r') {
            length--;
        }
        request.clear();
        inline.split(bytes, at, length, request);
        at = from + 1;
        position = 0;
        return request.count() > 0;
    }
}
