package dev.gossamer.protocol.resp;

/**
 * How much a server may make a client read into memory before the connection is given up.
 *
 * @param replyBytesMax bytes of one whole reply on the wire, everything nested in it included.
 *     Higher allows larger values; a hostile server can make a connection hold about ten times as
 *     much memory. Default 64 MiB.
 * @param lineBytesMax bytes of one line: simple strings, errors, numbers and lengths. Default 64
 *     KiB.
 * @param depthMax how deep arrays and maps may be nested. Default 32.
 */
public record ReplyLimits(int replyBytesMax, int lineBytesMax, int depthMax) {
    public static final ReplyLimits DEFAULT = new ReplyLimits(64 << 20, 64 << 10, 32);

    public ReplyLimits {
        check("replyBytesMax", replyBytesMax, Integer.MAX_VALUE - 64);
        check("lineBytesMax", lineBytesMax, 16 << 20);
        check("depthMax", depthMax, 1024);
    }

    private static void check(String name, int value, int max) {
        if (value < 1 || value > max) {
            throw new IllegalArgumentException(name + " " + value + " is outside [1, " + max + "]");
        }
    }
}
