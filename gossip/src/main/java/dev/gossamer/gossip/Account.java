package dev.gossamer.gossip;

import dev.gossamer.gossip.Message.Delta;
import dev.gossamer.gossip.Message.Fact;
import dev.gossamer.gossip.Message.Known;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one member: one life's facts, complete up to a sequence. Invariant: every fact
 * that the member's life gave at or before {@link #sequence}, and has not replaced since, is here.
 */
final class Account {
    private final MemberId member;
    private long incarnation;
    private long sequence;
    private final Map<String, Fact> facts = new HashMap<>();
    private Facts.@Nullable OfMember snapshotOrNull;

    Account(MemberId member, long incarnation) {
        this.member = member;
        this.incarnation = incarnation;
    }

    long incarnation() {
        return incarnation;
    }

    Known known() {
        return new Known(member, incarnation, sequence);
    }

    boolean isBehind(Known other) {
        return other.incarnation() > incarnation
                || (other.incarnation() == incarnation && other.sequence() > sequence);
    }

    boolean isAheadOf(Known other) {
        return incarnation > other.incarnation()
                || (incarnation == other.incarnation() && sequence > other.sequence());
    }

    /** Own accounts only: one more sign of life. */
    void beat() {
        sequence++;
        snapshotOrNull = null;
    }

    /**
     * Own accounts only: says {@code value} under {@code key} from now on.
     *
     * @return whether it said something else before
     */
    boolean say(String key, Bytes value) {
        Fact before = facts.get(key);
        if (before != null && before.value().equals(value)) {
            return false;
        }
        if (before == null && facts.size() == Wire.FACTS_MAX) {
            throw new IllegalArgumentException(
                    "fact '" + key + "' would be more than the " + Wire.FACTS_MAX + " allowed");
        }
        beat();
        facts.put(key, new Fact(key, value, sequence));
        return true;
    }

    /** Own accounts only: a new life that says the same. Each fact keeps its sequence. */
    void liveAgain(long laterIncarnation) {
        incarnation = laterIncarnation;
        beat();
    }

    /**
     * What {@code other} lacks, as much as fits.
     *
     * @return null when not one fact, or not even the heartbeat, fits
     */
    @Nullable Delta deltaOrNull(Known other, int bytesMax) {
        long after = other.incarnation() == incarnation ? other.sequence() : 0;
        List<Fact> missing = new ArrayList<>(facts.values());
        missing.removeIf(fact -> fact.sequence() <= after);
        missing.sort(Comparator.comparingLong(Fact::sequence));
        int bytes = Wire.DELTA_BYTES;
        int fitting = 0;
        while (fitting < missing.size() && bytes + Wire.sizeOf(missing.get(fitting)) <= bytesMax) {
            bytes += Wire.sizeOf(missing.get(fitting++));
        }
        boolean whole = fitting == missing.size();
        if (bytes > bytesMax || (fitting == 0 && !whole)) {
            return null;
        }
        long upTo = whole ? sequence : missing.get(fitting - 1).sequence();
        return new Delta(member, incarnation, after, upTo, missing.subList(0, fitting));
    }

    /**
     * Takes over what is new in {@code delta}; late, doubled and gapped ones change nothing.
     *
     * @return the facts that were new, and whether they void all before
     */
    News merge(Delta delta) {
        boolean laterLife = delta.incarnation() > incarnation;
        if (delta.incarnation() < incarnation || delta.after() > (laterLife ? 0 : sequence)) {
            return News.NONE;
        }
        if (!laterLife && delta.upTo() <= sequence) {
            return News.NONE;
        }
        boolean voided = laterLife && !facts.isEmpty();
        if (laterLife) {
            facts.clear();
        }
        incarnation = delta.incarnation();
        sequence = delta.upTo();
        snapshotOrNull = null;
        return new News(voided, learn(delta.facts()));
    }

    private List<Fact> learn(List<Fact> heard) {
        List<Fact> learned = new ArrayList<>();
        for (Fact fact : heard) {
            Fact before = facts.get(fact.key());
            boolean isNew = before == null || before.sequence() < fact.sequence();
            if (isNew && (before != null || facts.size() < Wire.FACTS_MAX)) {
                facts.put(fact.key(), fact);
                learned.add(fact);
            }
        }
        return learned;
    }

    Facts.OfMember snapshot() {
        Facts.OfMember snapshot = snapshotOrNull;
        if (snapshot == null) {
            Map<String, Bytes> values = new LinkedHashMap<>();
            facts.forEach((key, fact) -> values.put(key, fact.value()));
            snapshot = new Facts.OfMember(incarnation, sequence, values);
            snapshotOrNull = snapshot;
        }
        return snapshot;
    }

    /**
     * What a merge brought.
     *
     * @param voided whether all that was known before is void
     */
    record News(boolean voided, List<Fact> facts) {
        static final News NONE = new News(false, List.of());

        News {
            facts = List.copyOf(facts);
        }
    }
}
