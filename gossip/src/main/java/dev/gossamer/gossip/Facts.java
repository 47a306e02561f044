package dev.gossamer.gossip;

import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import java.util.Map;
import java.util.Optional;

/**
 * What one member knows of all at one moment: an immutable snapshot, safe to hand to any thread.
 *
 * @param members those that at least one message was heard of, this one included
 */
public record Facts(Map<MemberId, OfMember> members) {

    /**
     * What one member says of itself.
     *
     * @param incarnation which life of the member says so; a later one replaces all of an earlier
     * @param heartbeat grows with every round of that life: while it grows here, the member lives
     *     and news of it arrives
     * @param values its facts by key
     */
    public record OfMember(long incarnation, long heartbeat, Map<String, Bytes> values) {
        public OfMember {
            values = Map.copyOf(values);
        }
    }

    public Facts {
        members = Map.copyOf(members);
    }

    /** Empty when nothing was heard of {@code member}, or it says nothing under {@code key}. */
    public Optional<Bytes> find(MemberId member, String key) {
        return Optional.ofNullable(members.get(member))
                .flatMap(facts -> Optional.ofNullable(facts.values().get(key)));
    }
}
