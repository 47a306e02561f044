package dev.gossamer.node.mesh;

import dev.gossamer.membership.MeshView;
import dev.gossamer.node.mesh.Mesh.Transfer;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells people, in this node's log, who came and went and what moves because of it: a line for each
 * topology, one for each member that is not seen any more, and one when this node has copied what
 * it was to. Nothing is told twice.
 *
 * <p><b>Threads.</b> Any; guarded by this. Only what is worth a line costs more than a comparison.
 * <b>Bounds.</b> Remembers members that are or were just in a topology.
 */
final class Chronicle {
    private static final Logger log = LoggerFactory.getLogger(Chronicle.class);
    private static final double MIB = 1 << 20;

    private final Supplier<Topology> present;
    private final Predicate<MemberId> isLeaving;

    /** Of the topology in force, those who are not in view. */
    private final Set<Member> unseen = new HashSet<>();

    /** Those who said that they leave before they were gone. */
    private final Set<MemberId> left = new HashSet<>();

    private long copiedEpoch = Epoch.NONE;

    /**
     * @param present the topology in force
     * @param isLeaving whether a member that is still here has said so
     */
    Chronicle(Supplier<Topology> present, Predicate<MemberId> isLeaving) {
        this.present = present;
        this.isLeaving = isLeaving;
    }

    /** To be told of a view before what its members said is forgotten. */
    synchronized void seen(MeshView view) {
        for (Member member : present.get().members()) {
            boolean here = view.members().contains(member);
            if (here && unseen.remove(member)) {
                log.info("{} is seen again", member.name());
            } else if (!here && unseen.add(member)) {
                if (isLeaving.test(member.id())) {
                    left.add(member.id());
                } else {
                    log.warn(
                            "{} is not seen any more: it was killed, stands still or is cut off;"
                                    + " its slots are taken over when its lease has run out",
                            member.name());
                }
            }
        }
    }

    /** One topology is about to replace another. */
    synchronized void passes(Topology before, Topology next) {
        for (Member member : before.members()) {
            if (isLeaving.test(member.id())) {
                left.add(member.id());
            }
        }
        if (log.isInfoEnabled()) {
            log.info("{}", line(before, next, left::contains));
        }
        unseen.retainAll(next.members());
        left.removeIf(id -> next.indexOf(id) < 0);
    }

    /** This node has done what the topology asks of it; told again as often as anybody likes. */
    synchronized void synced(Topology topology, Transfer transfer) {
        boolean copied = topology.phase() == Topology.Phase.COPYING && transfer.slotsDone() > 0;
        if (copied && topology.epoch() > copiedEpoch) {
            copiedEpoch = topology.epoch();
            log.info(
                    "epoch {}: this node has its copies of {} slots; {} MiB have moved",
                    Epoch.text(topology.epoch()),
                    transfer.slotsDone(),
                    "%.1f".formatted(transfer.bytesDone() / MIB));
        }
    }

    /** What the step from one topology to the next means, in a line. */
    static String line(Topology before, Topology next, Predicate<MemberId> left) {
        List<String> parts = new ArrayList<>();
        if (!before.isEmpty()) {
            names(next, member -> before.indexOf(member.id()) < 0)
                    .ifPresent(names -> parts.add(names + " joined"));
            names(next, member -> isAnotherRun(before, member))
                    .ifPresent(names -> parts.add(names + " came back, restarted"));
            names(before, member -> next.indexOf(member.id()) < 0 && left.test(member.id()))
                    .ifPresent(names -> parts.add(names + " left"));
            names(before, member -> next.indexOf(member.id()) < 0 && !left.test(member.id()))
                    .ifPresent(names -> parts.add(names + " is gone"));
        }
        parts.add(members(next));
        parts.add(whatMoves(before, next));
        return "epoch " + Epoch.text(next.epoch()) + ": " + String.join("; ", parts);
    }

    private static String members(Topology topology) {
        int count = topology.members().size();
        String few = topology.isProvisional() ? " on this smaller side of a partition" : "";
        return count + (count == 1 ? " member" : " members") + few;
    }

    private static Optional<String> names(Topology topology, Predicate<Member> those) {
        String names =
                topology.members().stream()
                        .filter(those)
                        .map(Member::name)
                        .collect(Collectors.joining(", "));
        return names.isEmpty() ? Optional.empty() : Optional.of(names);
    }

    private static boolean isAnotherRun(Topology before, Member member) {
        return before.member(member.id())
                .filter(same -> same.incarnation() != member.incarnation())
                .isPresent();
    }

    private static String whatMoves(Topology before, Topology next) {
        return switch (next.phase()) {
            case COPYING -> "copies are being made of " + slotsToCopy(next) + " slots";
            case HANDING_OVER ->
                    "other owners take over " + slotsThatChange(before, next) + " slots";
            case STEADY -> {
                long missing = missing(next);
                yield missing == 0
                        ? "settled, every slot has its copies"
                        : "settled, " + missing + " copies are missing until more members are here";
            }
        };
    }

    private static int slotsToCopy(Topology topology) {
        int count = 0;
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            count += topology.otherCount(slot) > 0 ? 1 : 0;
        }
        return count;
    }

    private static int slotsThatChange(Topology before, Topology next) {
        int count = 0;
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            count += before.owners(slot).equals(next.owners(slot)) ? 0 : 1;
        }
        return count;
    }

    private static long missing(Topology topology) {
        long missing = 0;
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            missing += topology.replication() - topology.ownerCount(slot);
        }
        return missing;
    }
}
