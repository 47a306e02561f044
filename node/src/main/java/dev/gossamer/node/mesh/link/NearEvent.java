package dev.gossamer.node.mesh.link;

import dev.gossamer.protocol.MemberId;
import java.util.List;

/**
 * Something that happened on a member to near copies of a key, or could have.
 *
 * @param agoNanos how long before it was told
 * @param origin whose copies it concerns; of id 0 where it concerns everybody's
 * @param sequence of the origin's log; how many slots, where it concerns many
 * @param clock of the version that it is about, or 0
 */
public record NearEvent(long agoNanos, What what, MemberId origin, long sequence, long clock) {
    static final int BYTES = 33;

    /** What happened. */
    public enum What {
        /** An owner's answer was kept. */
        KEPT(0),
        /**
         * An owner's answer was not kept: something that names it, or a write, had overtaken it.
         */
        OVERTAKEN(1),
        /** The owner had nothing, or could not say as of when: what stood here was taken out. */
        MISSED(2),
        /** A write of this key was forwarded: what stood here was taken out. */
        WRITTEN(3),
        /** The origin changed the key, and a copy was taken out. */
        VOIDED(4),
        /** The origin changed the key, and no copy stood here that this concerned. */
        HEARD(5),
        /** The origin changed the key, and a test's switch kept the copy here. */
        UNHEEDED(6),
        /** The origin gave up the key's slot, or took it over. */
        SLOT_VOIDED(7),
        /** A part of the origin's log was lost: copies of many slots became void. */
        OVERRUN(8),
        /** Another member became the primary of many slots: copies of them became void. */
        OWNERS_CHANGED(9);

        private static final List<What> ALL = List.of(values());

        final int code;

        What(int code) {
            this.code = code;
        }

        static What of(int code) {
            return ALL.stream()
                    .filter(each -> each.code == code)
                    .findFirst()
                    .orElseThrow(() -> Wire.unknown("near event", code));
        }
    }
}
