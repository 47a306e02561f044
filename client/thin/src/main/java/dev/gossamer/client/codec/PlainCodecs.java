package dev.gossamer.client.codec;

import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/** The codecs that need no library. */
final class PlainCodecs {
    static final Codec<byte[]> BYTES = of(bytes -> bytes, bytes -> bytes, false);
    static final Codec<Bytes> OPAQUE = of(Bytes::array, Bytes::wrap, true);
    static final Codec<String> UTF8 =
            of(
                    text -> text.getBytes(StandardCharsets.UTF_8),
                    bytes -> new String(bytes, StandardCharsets.UTF_8),
                    true);
    static final Codec<Long> LONGS =
            of(
                    number -> Long.toString(number).getBytes(StandardCharsets.US_ASCII),
                    PlainCodecs::toLong,
                    true);

    private PlainCodecs() {}

    private static <T> Codec<T> of(
            Function<T, byte[]> encoder, Function<byte[], T> decoder, boolean shareable) {
        return new Codec<>() {
            @Override
            public byte[] encode(T value) {
                return encoder.apply(value);
            }

            @Override
            public T decode(byte[] bytes) {
                return decoder.apply(bytes);
            }

            @Override
            public boolean isShareable() {
                return shareable;
            }
        };
    }

    private static Long toLong(byte[] bytes) {
        String digits = new String(bytes, StandardCharsets.US_ASCII);
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw new GossamerException(
                    ErrorCode.ERR, "the stored value is no decimal number of 64 bits", e);
        }
    }
}
