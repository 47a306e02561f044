package dev.gossamer.node.store.disk.format;

import com.github.luben.zstd.Zstd;
import java.util.Optional;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;

/**
 * How values are made smaller on disk. A compressed value is one block: LZ4's block format, or one
 * Zstandard frame, without the value's length, which the record's head has.
 *
 * <p><b>Threads.</b> Any. <b>Cost.</b> O(length); an array of the value's length for the time of
 * the call. <b>Natives.</b> LZ4 falls back to Java where its library can't be loaded; Zstandard has
 * no such form, so {@link #isUsable} tells whether it can be chosen on this machine.
 */
public enum Compression {
    /** As it is. */
    NONE(0),

    /** Fast, both ways. */
    LZ4(1) {
        @Override
        int compress(byte[] value, byte[] target) {
            try {
                return Lz4.FACTORY
                        .fastCompressor()
                        .compress(value, 0, value.length, target, 0, target.length);
            } catch (LZ4Exception _) {
                return NO_ROOM;
            }
        }

        @Override
        boolean decompress(byte[] stored, byte[] value) {
            try {
                int length =
                        Lz4.FACTORY
                                .safeDecompressor()
                                .decompress(stored, 0, stored.length, value, 0, value.length);
                return length == value.length;
            } catch (LZ4Exception _) {
                return false;
            }
        }
    },

    /** Smaller than LZ4, at several times its cost. */
    ZSTD(2) {
        @Override
        int compress(byte[] value, byte[] target) {
            return ZstdContexts.COMPRESSING.lend(context ->
                    context.compressByteArray(target, 0, target.length, value, 0, value.length));
        }

        @Override
        boolean decompress(byte[] stored, byte[] value) {
            int length =
                    ZstdContexts.DECOMPRESSING.lend(context ->
                            context.decompressByteArray(
                                    value, 0, value.length, stored, 0, stored.length));
            return length == value.length;
        }

        @Override
        public boolean isUsable() {
            try {
                return Zstd.defaultCompressionLevel() != 0;
            } catch (LinkageError _) {
                return false;
            }
        }
    };

    static final int NO_ROOM = -1;
    private static final Compression[] ALL = values();

    private final int code;

    Compression(int code) {
        this.code = code;
    }

    /** Loaded when it is first needed. */
    private static final class Lz4 {
        static final LZ4Factory FACTORY = LZ4Factory.fastestInstance();
    }

    /** The number on disk. */
    int code() {
        return code;
    }

    static Optional<Compression> of(int code) {
        return isKnown(code) ? Optional.of(ofKnown(code)) : Optional.empty();
    }

    static boolean isKnown(int code) {
        return code >= 0 && code < ALL.length;
    }

    static Compression ofKnown(int code) {
        return ALL[code];
    }

    /** Whether values can be compressed and read so on this machine. */
    public boolean isUsable() {
        return true;
    }

    /**
     * @return how many bytes of the target were used, or {@link #NO_ROOM}
     */
    int compress(byte[] value, byte[] target) {
        return NO_ROOM;
    }

    /**
     * @param value filled whole; never written beyond
     * @return false when the stored bytes are not a block of exactly this length
     */
    boolean decompress(byte[] stored, byte[] value) {
        return false;
    }
}
