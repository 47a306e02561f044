package dev.gossamer.protocol;

/**
 * A member's stable name: 64 random bits, drawn once and kept in its data folder. Shown as 16 hex
 * digits.
 */
public record MemberId(long value) implements Comparable<MemberId> {

    /**
     * @throws IllegalArgumentException when {@code hex} is not 16 hex digits
     */
    public static MemberId parse(String hex) {
        if (hex.length() != 16) {
            throw new IllegalArgumentException("member id '" + hex + "' is not 16 hex digits");
        }
        try {
            return new MemberId(Long.parseUnsignedLong(hex, 16));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("member id '" + hex + "' is not 16 hex digits", e);
        }
    }

    /** The 40 hex digits by which Redis Cluster commands name a node: ours, then zeros. */
    public String clusterNodeId() {
        return this + "0".repeat(24);
    }

    @Override
    public int compareTo(MemberId other) {
        return Long.compareUnsigned(value, other.value);
    }

    @Override
    public String toString() {
        return String.format("%016x", value);
    }
}
