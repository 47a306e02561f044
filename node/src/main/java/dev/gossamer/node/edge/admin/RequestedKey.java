package dev.gossamer.node.edge.admin;

import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * Which key a path means. The last variable part of the path is percent-encoded UTF-8, or, with
 * {@code ?encoding=base64url}, any bytes.
 */
final class RequestedKey {
    private final int keyBytesMax;

    RequestedKey(int keyBytesMax) {
        this.keyBytesMax = keyBytesMax;
    }

    /**
     * @param segment the position of the key among the path's parts, from 0
     * @throws Problem.Raised when there is no such key or it is too long
     */
    Bytes in(RoutingContext exchange, int segment) {
        return bounded(bytesIn(exchange, segment));
    }

    /** As {@link #in}, with the named cache's prefix. */
    Bytes in(RoutingContext exchange, int segment, CacheSettings cache) {
        byte[] bare = bytesIn(exchange, segment);
        if (cache.name().equals(CacheSettings.DEFAULT_NAME)) {
            return bounded(bare);
        }
        byte[] prefix = Bytes.utf8(cache.name() + ":").array();
        byte[] whole = Arrays.copyOf(prefix, prefix.length + bare.length);
        System.arraycopy(bare, 0, whole, prefix.length, bare.length);
        return bounded(whole);
    }

    private byte[] bytesIn(RoutingContext exchange, int segment) {
        String part = segment(exchange, segment);
        List<String> encodings = exchange.queryParam("encoding");
        return switch (encodings.isEmpty() ? "utf-8" : encodings.getFirst()) {
            case "utf-8" -> checkedUtf8(PercentEncoding.decode(part));
            case "base64url" -> base64url(part);
            default ->
                    throw Problem.badRequest(
                                    "The key's encoding '"
                                            + encodings.getFirst()
                                            + "' is neither utf-8 nor base64url.")
                            .raised();
        };
    }

    /** A variable part of the path as text. */
    static String text(RoutingContext exchange, int segment) {
        try {
            return PercentEncoding.utf8(PercentEncoding.decode(segment(exchange, segment)));
        } catch (CharacterCodingException e) {
            throw Problem.badRequest("Part " + (segment + 1) + " of the path is not UTF-8.")
                    .raised();
        }
    }

    private static String segment(RoutingContext exchange, int segment) {
        return String.valueOf(exchange.request().path()).substring(1).split("/", -1)[segment];
    }

    private static byte[] checkedUtf8(byte[] bytes) {
        try {
            String _ = PercentEncoding.utf8(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            throw Problem.badRequest(
                            "The key is not UTF-8; send it as base64url, with ?encoding=base64url.")
                    .raised();
        }
    }

    private static byte[] base64url(String part) {
        try {
            return Base64.getUrlDecoder().decode(PercentEncoding.decode(part));
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest("The key is not base64url.").raised();
        }
    }

    /** Names a key in an answer as a request can name it. */
    static void putKey(JsonObject json, Bytes key) {
        try {
            json.put("key", PercentEncoding.utf8(key.array())).put("encoding", "utf-8");
        } catch (CharacterCodingException e) {
            json.put("key", Base64.getUrlEncoder().withoutPadding().encodeToString(key.array()))
                    .put("encoding", "base64url");
        }
    }

    private Bytes bounded(byte[] key) {
        if (key.length > keyBytesMax) {
            throw Problem.of(
                            ErrorCode.TOOLARGE,
                            "The key has "
                                    + key.length
                                    + " bytes; limits.key-bytes-max allows "
                                    + keyBytesMax
                                    + ".")
                    .raised();
        }
        return Bytes.wrap(key);
    }
}
