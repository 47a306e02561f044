package dev.gossamer.node.cache;

import java.util.Arrays;

/**
 * What a slot has, range by range.
 *
 * @param asOf whatever this node wrote in the slot up to this time, by its clock, is in the digests
 * @param digests one for each range; handed over, never written to again
 */
public record RangeDigests(long asOf, long[] digests) {
    @Override
    public boolean equals(Object other) {
        return other instanceof RangeDigests(var time, var those)
                && time == asOf
                && Arrays.equals(those, digests);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(asOf) + Arrays.hashCode(digests);
    }

    @Override
    public String toString() {
        return "asOf " + asOf + ' ' + Arrays.toString(digests);
    }
}
