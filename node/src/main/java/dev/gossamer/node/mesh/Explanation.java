package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Caller;
import dev.gossamer.node.cache.Leases;
import dev.gossamer.node.cache.Mutation;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.Version;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a key lives, what each member has of it, and what became of it lately. Put together from
 * what the members answered within one round trip or two; they may have gone on since.
 *
 * @param cache the name of the named cache that claims the key
 * @param copies of its owners, the primary first
 * @param nears copies that other members may answer from
 * @param lease that somebody has to load the key, as its primary knows
 * @param changes the newest first, as far as the members remember
 */
public record Explanation(
        Bytes key,
        int slot,
        long epoch,
        String cache,
        List<Copy> copies,
        List<Near> nears,
        Optional<Leases.Running> lease,
        List<Change> changes) {
    /** How many changes a reader is shown who does not say. */
    public static final int CHANGES_SHOWN = 10;

    public Explanation {
        copies = List.copyOf(copies);
        nears = List.copyOf(nears);
        changes = List.copyOf(changes);
    }

    /** The same with no more than so many changes. */
    public Explanation withChanges(int max) {
        List<Change> newest = changes.subList(0, Math.min(max, changes.size()));
        return new Explanation(key, slot, epoch, cache, copies, nears, lease, newest);
    }

    /**
     * What one owner has of a key.
     *
     * @param role {@code primary} or {@code backup}
     * @param state {@code complete} when the owner holds the whole slot, {@code filling} while it
     *     is being copied
     * @param entry null when the owner has nothing; a tombstone when it was removed
     * @param onDisk whether the entry rests on the owner's SSD and not in its memory
     * @param voided why the entry does not count although it is there, or null
     * @param problem why the owner could not be asked, or null
     */
    public record Copy(
            Member member,
            String role,
            String state,
            @Nullable Entry entry,
            boolean onDisk,
            @Nullable Voided voided,
            @Nullable String problem) {
        /** {@code L1} for memory, {@code L2} for the SSD; null when the owner has nothing. */
        public @Nullable String tier() {
            if (entry == null) {
                return null;
            }
            return onDisk ? "L2" : "L1";
        }
    }

    /**
     * An invalidation of a tag or of a whole cache that came after an entry was written.
     *
     * @param name of the tag or of the cache, where a member remembers it; else empty
     * @param atMillis of its version, milliseconds since 1970
     */
    public record Voided(boolean byCache, String name, long atMillis) {}

    /**
     * A near copy.
     *
     * @param origin the member that gave it, and that tells of its changes
     * @param ageNanos it was certainly current so long ago
     */
    public record Near(Member member, Version version, int bytes, Member origin, long ageNanos) {
        /** Whether a read within so much is answered from it. */
        public boolean isUsableWithin(Duration bound) {
            return ageNanos < bound.toNanos();
        }
    }

    /**
     * Something that happened to the key, or to many and perhaps to it, on one member or more.
     *
     * @param atMillis when the first of them did it, by its clock: milliseconds since 1970
     * @param version given by it, or of what left
     * @param caller on whose behalf. Of {@link Caller.Way#MEMBER} when the member knows no more
     *     that the client spoke to
     * @param through the member that the client spoke to; its connection's number is that member's
     * @param on where it was done, its primary first
     * @param detail the name of a tag or of a cache; may be empty
     */
    public record Change(
            long atMillis,
            Mutation.What what,
            boolean removal,
            Version version,
            Caller caller,
            Optional<Member> through,
            List<Member> on,
            String detail) {
        public Change {
            on = List.copyOf(on);
        }
    }
}
