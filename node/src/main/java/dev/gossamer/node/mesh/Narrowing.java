package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.RangeDigests;
import dev.gossamer.node.mesh.link.SyncRequest.Cut;
import dev.gossamer.node.mesh.link.SyncRequest.Wanted;
import dev.gossamer.node.store.KeyRanges;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Finds out in which ranges of some slots another member differs from this one, so that only those
 * are listed: one level of a hash tree (Merkle, 1987) that is never stored. A slot with few entries
 * here is listed whole, and so is one of which only what is later than some clock is wanted.
 *
 * <p><b>Writes that come meanwhile.</b> The digests are not one moment's, here or there. But where
 * those of a range agree, each of its keys was at the moment when it was looked at here in the
 * version in which it was when it was looked at there, and whatever was written there since comes
 * here by itself, as for a listing.
 *
 * <p><b>Threads.</b> The lane of the errand; the digests are made on a worker.
 */
final class Narrowing {
    private final Errand errand;
    private final Source source;
    private final boolean ofPrimary;

    /**
     * What is left to be listed.
     *
     * @param wanted in the order of the slots; neighbouring ranges in one piece
     * @param asOf for each slot that was cut, up to when the member's digests told everything
     */
    record Narrowed(List<Wanted> wanted, Map<Integer, Long> asOf) {}

    /**
     * @param ofPrimary whether the member must serve the slots
     */
    Narrowing(Errand errand, Source source, boolean ofPrimary) {
        this.errand = errand;
        this.source = source;
        this.ofPrimary = ofPrimary;
    }

    /**
     * @param slots each of them whole
     */
    void narrow(List<Wanted> slots, Consumer<Narrowed> then, Consumer<String> failed) {
        List<Cut> cuts = slots.stream().filter(it -> it.after() == 0).map(this::cut).toList();
        List<Cut> worth = cuts.stream().filter(cut -> cut.ranges() > 1).toList();
        if (worth.isEmpty()) {
            then.accept(new Narrowed(slots, Map.of()));
            return;
        }
        source.ranges(
                worth,
                ofPrimary,
                theirs -> errand.work(() -> compare(slots, worth, theirs), then, failed),
                failed);
    }

    private Cut cut(Wanted wanted) {
        int entries = errand.keyspace.tiers().liveCount(wanted.slot());
        return new Cut(wanted.slot(), wanted.rank(), KeyRanges.countFor(entries));
    }

    /** On a worker. */
    private Narrowed compare(List<Wanted> slots, List<Cut> cuts, List<RangeDigests> theirs) {
        Map<Integer, List<Wanted>> differing = new HashMap<>();
        Map<Integer, Long> asOf = new HashMap<>();
        for (int i = 0; i < cuts.size(); i++) {
            Cut cut = cuts.get(i);
            differing.put(cut.slot(), differing(errand.keyspace, cut, theirs.get(i).digests()));
            asOf.put(cut.slot(), theirs.get(i).asOf());
        }
        List<Wanted> wanted = new ArrayList<>();
        for (Wanted whole : slots) {
            wanted.addAll(differing.getOrDefault(whole.slot(), List.of(whole)));
        }
        return new Narrowed(wanted, asOf);
    }

    private static List<Wanted> differing(Keyspace keyspace, Cut cut, long[] theirs) {
        int count = cut.ranges();
        long[] here = keyspace.rangeDigests(cut.slot(), cut.rank(), count).digests();
        List<Wanted> found = new ArrayList<>();
        int first = -1;
        for (int range = 0; range <= count; range++) {
            boolean differs = range < count && here[range] != theirs[range];
            if (differs && first < 0) {
                first = range;
            } else if (!differs && first >= 0) {
                long from = KeyRanges.begin(first, count);
                long to = KeyRanges.begin(range, count);
                found.add(new Wanted(cut.slot(), cut.rank(), 0, from, to));
                first = -1;
            }
        }
        return found;
    }
}
