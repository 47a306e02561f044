package dev.gossamer.node.edge.admin;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Percent-encoding (RFC 3986), read strictly: what cannot be meant is refused, not guessed. */
final class PercentEncoding {
    private PercentEncoding() {}

    /**
     * @throws Problem.Raised when a percent sign is not followed by two hex digits
     */
    static void check(String text) {
        for (int at = text.indexOf('%'); at >= 0; at = text.indexOf('%', at + 1)) {
            byteAt(text, at);
        }
    }

    /** The bytes that one part of a path stands for; other characters stand for their UTF-8. */
    static byte[] decode(String part) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(part.length());
        int at = 0;
        while (at < part.length()) {
            int percent = part.indexOf('%', at);
            int end = percent < 0 ? part.length() : percent;
            bytes.writeBytes(part.substring(at, end).getBytes(StandardCharsets.UTF_8));
            at = end;
            if (percent >= 0) {
                bytes.write(byteAt(part, percent));
                at += 3;
            }
        }
        return bytes.toByteArray();
    }

    /**
     * The text of UTF-8 bytes.
     *
     * @throws CharacterCodingException when they are not UTF-8
     */
    static String utf8(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    }

    private static int byteAt(String text, int percent) {
        int high = percent + 2 < text.length() ? Character.digit(text.charAt(percent + 1), 16) : -1;
        int low = percent + 2 < text.length() ? Character.digit(text.charAt(percent + 2), 16) : -1;
        if (high < 0 || low < 0) {
            throw Problem.badRequest(
                            "The percent sign at position "
                                    + percent
                                    + " of the URI is not followed by two hex digits.")
                    .raised();
        }
        return high << 4 | low;
    }
}
