package dev.gossamer.node.mesh.link;

import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one member has of one key, told from what is at hand: nobody was asked for it, and it does
 * not count as a use of what was found.
 *
 * @param rank 0 for the slot's primary, 1 and on for its backups, -1 for who owns no copy
 * @param complete whether the member serves the slot, or holds what its primary holds
 * @param held what stands in the member's memory, or rests on its SSD, or null
 * @param near a copy of what another member owns that a reader may be answered from, or null
 * @param events what became of near copies of the key here, the oldest first, as far as that is
 *     remembered; empty unless asked for
 */
public record Sighting(
        int rank,
        boolean complete,
        @Nullable Held held,
        @Nullable Near near,
        List<NearEvent> events) {
    public Sighting {
        events = List.copyOf(events);
    }

    /**
     * An entry, or the tombstone of one.
     *
     * @param onDisk whether it rests on the SSD and not in memory: then its version is known (or,
     *     rarely, that of another key whose hash is the same in 32 bits) and nothing else is, for
     *     the disk is not read for this; it counts as valid, without expiry, of no bytes
     * @param removed whether it is a tombstone
     * @param valid whether none of its tags, nor its cache, has been invalidated since
     * @param expiresAtMillis milliseconds since 1970; 0 for never
     */
    public record Held(
            Version version,
            boolean onDisk,
            boolean removed,
            boolean valid,
            long expiresAtMillis,
            int valueBytes) {

        /** What rests on the SSD, as far as that is known without reading it. */
        public static Held resting(Version version) {
            return new Held(version, true, false, true, 0, 0);
        }
    }

    /**
     * A near copy that stands.
     *
     * @param sequence of the origin's log: what the origin invalidated up to there it knew of
     * @param ageNanos a read within more than this is answered from it
     */
    public record Near(
            Version version,
            long expiresAtMillis,
            int valueBytes,
            MemberId origin,
            long sequence,
            long ageNanos) {}

    /** About how many bytes it takes in a frame. */
    int weightBytes() {
        return 128 + events.size() * NearEvent.BYTES;
    }
}
