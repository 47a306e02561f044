package dev.gossamer.node.mesh;

import dev.gossamer.membership.agreement.AgreementStatus;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Members that have left for a restart, and what waits for them: copies of what they held are not
 * made while they are expected back with it. Whoever shall hold such a slot in their place gets
 * every write of it from the first moment on, as always; only what was there before stays where it
 * is, at the other owners and on the absent member's disk.
 *
 * <p>It is a matter of time and nothing else: a copy that is put off is one that takes longer. The
 * waiting ends, and copies are made, when a member is not back in its time, when another one is
 * gone or wants to go, and wherever one copy more is missing than those that are expected back.
 *
 * <p><b>Threads.</b> Any; guarded by this. <b>Bounds.</b> 2 KiB for each absent member; who
 * announces nothing is not remembered.
 */
final class Absences {
    private static final Logger log = LoggerFactory.getLogger(Absences.class);

    private final Supplier<AgreementStatus> agreement;
    private final LongSupplier nanoClock;

    /** By member how soon it said to be back; of members that are here. */
    private Map<MemberId, Duration> announced = new HashMap<>();

    private final Map<MemberId, Absence> absent = new HashMap<>();

    private record Absence(Member member, Duration within, long untilNanos, BitSet slots) {}

    /**
     * @param agreement how it stands
     */
    Absences(Supplier<AgreementStatus> agreement, LongSupplier nanoClock) {
        this.agreement = agreement;
        this.nanoClock = nanoClock;
    }

    /** One topology is about to replace another. */
    synchronized void passes(Topology before, Topology next) {
        announced = new HashMap<>(announced);
        announced.putAll(agreement.get().restarting());
        for (Member member : before.members()) {
            Duration within = announced.get(member.id());
            if (within != null && next.indexOf(member.id()) < 0) {
                long until = nanoClock.getAsLong() + within.toNanos();
                BitSet slots = slotsOf(before, before.indexOf(member.id()));
                absent.put(member.id(), new Absence(member, within, until, slots));
                log.info(
                        "{} restarts; it is expected back within {} ms",
                        member.name(),
                        within.toMillis());
            }
        }
        absent.keySet().removeIf(id -> next.indexOf(id) >= 0);
        announced.keySet().retainAll(agreement.get().restarting().keySet());
    }

    private static BitSet slotsOf(Topology topology, int member) {
        BitSet slots = new BitSet(Slot.COUNT);
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            slots.set(slot, topology.rankOf(slot, member) >= 0);
        }
        return slots;
    }

    /** Of slots that this node is to copy, those that somebody is expected back with. */
    synchronized List<Integer> putOff(Holding holding, List<Integer> slots) {
        look(holding.topology());
        return absent.isEmpty()
                ? List.of()
                : slots.stream().filter(slot -> isPutOff(holding, slot)).toList();
    }

    private boolean isPutOff(Holding holding, int slot) {
        long expected = absent.values().stream().filter(it -> it.slots().get(slot)).count();
        int wanted = holding.topology().replication();
        return expected > 0
                && holding.role(slot) == Role.COPYING
                && holding.topology().ownerCount(slot) + expected >= wanted;
    }

    /** Whether nobody is waited for any more. */
    synchronized boolean areOver(Topology topology) {
        look(topology);
        return absent.isEmpty();
    }

    private void look(Topology topology) {
        if (absent.isEmpty()) {
            return;
        }
        List<MemberId> staying = agreement.get().staying();
        boolean allStay = topology.members().stream().allMatch(it -> staying.contains(it.id()));
        long now = nanoClock.getAsLong();
        Iterator<Absence> each = absent.values().iterator();
        while (each.hasNext()) {
            Absence absence = each.next();
            boolean late = now >= absence.untilNanos();
            if (late || !allStay) {
                each.remove();
                log.warn(
                        "{} is waited for no longer ({}): others copy what it held",
                        absence.member().name(),
                        late
                                ? "it is not back after " + absence.within().toMillis() + " ms"
                                : "another member is gone or leaves");
            }
        }
    }
}
