package dev.gossamer.node.mesh.audit;

import dev.gossamer.node.mesh.link.NearEvent;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.util.List;

/**
 * A promise that was not kept, and what is known of how that came about.
 *
 * @param atMillis when it was seen, milliseconds since 1970
 * @param version of the acknowledged write
 * @param sequence where the log of the node that acknowledged it ended then: the write's own entry
 *     is there or before
 * @param member with the older copy
 * @param found the older version
 * @param origin of the older copy: where a near copy came from; else the member itself
 * @param originSequence of the origin's log when it gave the near copy away; else 0
 * @param afterNanos how long after the acknowledgement the older copy stood, at least
 * @param claimedNanos a read within more than this would have been answered with it
 * @param looks what was seen of all members at that look, and before of those that were behind
 * @param events what had become of near copies of the key at the member, the oldest first
 */
public record Violation(
        long atMillis,
        Kind kind,
        Bytes key,
        Version version,
        long sequence,
        Member member,
        Version found,
        MemberId origin,
        long originSequence,
        long afterNanos,
        long claimedNanos,
        List<Look> looks,
        List<NearEvent> events) {
    /** Which promise. */
    public enum Kind {
        /** A near copy that answers reads although it was overwritten longer ago (C4). */
        NEAR,
        /** An owner that holds its slot whole and not what was acknowledged in it (C2). */
        OWNER
    }

    public Violation {
        looks = List.copyOf(looks);
        events = List.copyOf(events);
    }

    Violation with(List<NearEvent> what) {
        return new Violation(
                atMillis,
                kind,
                key,
                version,
                sequence,
                member,
                found,
                origin,
                originSequence,
                afterNanos,
                claimedNanos,
                looks,
                what);
    }
}
