package dev.gossamer.protocol.resp;

/**
 * Splits an inline command into arguments by the rules of Redis' {@code sdssplitargs}: blanks
 * separate; {@code "…"} knows the escapes {@code \n \r \t \b \a \xHH}, {@code '…'} only {@code \'};
 * a closing quote must be followed by a blank or the end; a zero byte ends the line.
 */
final class InlineSplitter {
    private static final int BYTES_KEPT_MAX = 4096;
    private static final byte[] NONE = new byte[0];

    private byte[] line = NONE;
    private int at;
    private int end;

    /** The arguments without quotes and escapes, one after the other. */
    private byte[] plain = NONE;

    private int size;

    void split(byte[] bytes, int offset, int length, Request into) {
        line = bytes;
        at = offset;
        end = offset;
        while (end < offset + length && bytes[end] != 0) {
            end++;
        }
        if (plain.length < length || plain.length > BYTES_KEPT_MAX) {
            plain = new byte[length];
        }
        size = 0;
        skipBlanks();
        while (at < end) {
            int start = size;
            readArgument();
            into.add(start, size - start);
            skipBlanks();
        }
        into.lieIn(plain, 0);
        line = NONE;
    }

    private void skipBlanks() {
        while (at < end && isBlank(line[at])) {
            at++;
        }
    }

    private void readArgument() {
        while (at < end && !isBlank(line[at])) {
            byte b = line[at++];
            if (b == '"' || b == '\'') {
                readQuoted(b);
            } else {
                plain[size++] = b;
            }
        }
    }

    private void readQuoted(byte quote) {
        while (at < end) {
            byte b = line[at++];
            if (b == quote) {
                checkAfterQuote();
                return;
            }
            plain[size++] = b == '\\' ? escaped(quote) : b;
        }
        throw unbalanced();
    }

    private void checkAfterQuote() {
        if (at < end && !isBlank(line[at])) {
            throw unbalanced();
        }
    }

    private byte escaped(byte quote) {
        if (quote == '\'') {
            return at < end && line[at] == '\'' ? line[at++] : (byte) '\\';
        }
        if (at + 2 < end && line[at] == 'x' && hex(line[at + 1]) >= 0 && hex(line[at + 2]) >= 0) {
            int value = hex(line[at + 1]) << 4 | hex(line[at + 2]);
            at += 3;
            return (byte) value;
        }
        if (at == end) {
            return '\\';
        }
        byte b = line[at++];
        return switch (b) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'a' -> 7;
            default -> b;
        };
    }

    private static int hex(byte b) {
        return Character.digit(b, 16);
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || (b >= '\t' && b <= '\r');
    }

    private static RespProtocolException unbalanced() {
        return new RespProtocolException("unbalanced quotes in request");
    }
}
