package dev.gossamer.node.mesh;

import dev.gossamer.node.mesh.coherence.NearCopies;
import dev.gossamer.node.store.NearCopy;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Topology;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads of one lane that need not ask the owner: a near copy answers, or the answer to the same
 * question that is under way. So however many ask for one key here, its owner is asked by one of
 * them at a time, and once in as long as what it says may be used.
 *
 * <p><b>Threads.</b> Everything runs on the lane.
 */
final class NearReads {
    private final NearCopies near;
    private final Shared shared;

    /** By key the latest question that is under way. */
    private final Map<Bytes, ReadAttempt> asked = new HashMap<>();

    NearReads(Shared shared) {
        this.near = shared.near();
        this.shared = shared;
    }

    /**
     * @return whether somebody has answered, or will
     */
    boolean answer(
            Holding holding, int slot, Bytes key, Freshness freshness, ReadAttempt.Answer answer) {
        Topology topology = holding.topology();
        if (topology.isEmpty() || topology.isProvisional() || holding.isPrimary(slot)) {
            return false;
        }
        return switch (freshness) {
            case Freshness.Latest _ -> false;
            case Freshness.Any _ -> tell(near.anyOrNull(key), topology, slot, answer);
            case Freshness.Within within ->
                    tell(
                                    near.findOrNull(key, within.bound(), shared.nanoTime()),
                                    topology,
                                    slot,
                                    answer)
                            || join(key, within, answer);
        };
    }

    private boolean tell(
            @Nullable NearCopy copy, Topology topology, int slot, ReadAttempt.Answer answer) {
        if (copy == null) {
            return false;
        }
        Member from = memberOrNull(topology, slot, copy.origin().id());
        if (from == null) {
            return false;
        }
        long age = Math.max(0, shared.nanoTime() - copy.currentNanos());
        if (!near.stands(copy)) {
            return false;
        }
        answer.found(copy.entry(), Whence.near(from, age));
        return true;
    }

    /** Nearly always the slot's primary. */
    private static @Nullable Member memberOrNull(Topology topology, int slot, MemberId id) {
        Member primary = topology.primary(slot);
        if (primary.id().equals(id)) {
            return primary;
        }
        int at = topology.indexOf(id);
        return at < 0 ? null : topology.members().get(at);
    }

    private boolean join(Bytes key, Freshness.Within within, ReadAttempt.Answer answer) {
        ReadAttempt attempt = asked.get(key);
        if (attempt == null || !attempt.mayBeJoined(within.bound())) {
            return false;
        }
        attempt.join(answer);
        return true;
    }

    void asks(ReadAttempt attempt) {
        asked.put(attempt.key(), attempt);
    }

    void answered(ReadAttempt attempt) {
        asked.remove(attempt.key(), attempt);
    }
}
