package dev.gossamer.node.cache;

import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Version;

/**
 * A key that both sides of a partition wrote, of which one side's last write lost in the merge
 * (C9).
 *
 * @param lost what it was before the merge on one side
 * @param removal whether what lost was a removal; else a value lost
 * @param kept what it is after the merge
 * @param atMillis when they were merged, in milliseconds since 1970
 */
public record Loss(Bytes key, Version lost, boolean removal, Version kept, long atMillis) {
    /** On which side the lost version was written: the epoch, and the member that was primary. */
    public String lostSide() {
        return side(lost);
    }

    /** On which side the kept version was written. */
    public String keptSide() {
        return side(kept);
    }

    private static String side(Version version) {
        return "epoch " + Epoch.text(version.epoch()) + ", member " + version.member();
    }
}
