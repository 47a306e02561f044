package dev.gossamer.protocol.resp;

/**
 * How much one request may be. A request beyond any of these is refused before it is stored.
 *
 * @param bulkBytesMax the longest argument
 * @param argsMax the most arguments
 * @param inlineBytesMax the longest inline command, without its line end
 * @param requestBytesMax the most bytes of one request, frame and all; what a half-sent request may
 *     hold in memory, up to a factor of two for growth
 */
public record RequestLimits(
        int bulkBytesMax, int argsMax, int inlineBytesMax, int requestBytesMax) {
    private static final int ARGS_ANONYMOUS_MAX = 10;
    private static final int BULK_ANONYMOUS_BYTES_MAX = 16 * 1024;

    /** 32 MiB an argument, 1,048,576 arguments, 64 KiB inline, 64 MiB in all. */
    public static final RequestLimits DEFAULT =
            new RequestLimits(32 << 20, 1 << 20, 64 << 10, 64 << 20);

    public RequestLimits {
        check("bulkBytesMax", bulkBytesMax, 512 << 20);
        check("argsMax", argsMax, Integer.MAX_VALUE);
        check("inlineBytesMax", inlineBytesMax, 512 << 20);
        check("requestBytesMax", requestBytesMax, 1 << 30);
    }

    private static void check(String name, int value, int max) {
        if (value < 1 || value > max) {
            throw new IllegalArgumentException(name + " " + value + " is outside [1, " + max + "]");
        }
    }

    /** What a client may send before it has said who it is: enough for AUTH and HELLO. */
    RequestLimits anonymous() {
        return new RequestLimits(
                Math.min(bulkBytesMax, BULK_ANONYMOUS_BYTES_MAX),
                Math.min(argsMax, ARGS_ANONYMOUS_MAX),
                inlineBytesMax,
                requestBytesMax);
    }
}
