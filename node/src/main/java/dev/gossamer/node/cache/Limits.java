package dev.gossamer.node.cache;

import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import org.jspecify.annotations.Nullable;

/** How large an entry may be. */
final class Limits {
    /** What Redis's proto-max-bulk-len is by default, and the largest string it makes. */
    static final long STRING_BYTES_MAX = 512L << 20;

    private Limits() {}

    /** The refusal of a value of this length, or null when it fits. */
    static Outcome.@Nullable Refused refusalOrNull(
            CacheSettings cache, Bytes key, long valueBytes) {
        long entryBytes = key.length() + valueBytes;
        if (entryBytes <= cache.entryBytesMax()) {
            return null;
        }
        return new Outcome.Refused(
                ErrorCode.TOOLARGE,
                "entry of "
                        + entryBytes
                        + " bytes is larger than cache '"
                        + cache.name()
                        + "' takes (entry-bytes-max "
                        + cache.entryBytesMax()
                        + ")");
    }

    /** As {@link #refusalOrNull}, for a string that grows in place. */
    static Outcome.@Nullable Refused growthRefusalOrNull(
            CacheSettings cache, Bytes key, long valueBytes) {
        if (valueBytes > STRING_BYTES_MAX) {
            return new Outcome.Refused(
                    ErrorCode.ERR, "string exceeds maximum allowed size (proto-max-bulk-len)");
        }
        return refusalOrNull(cache, key, valueBytes);
    }
}
