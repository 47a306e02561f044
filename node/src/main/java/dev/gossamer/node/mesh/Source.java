package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Keyspace.Item;
import dev.gossamer.node.cache.Keyspace.KeyVersion;
import dev.gossamer.node.cache.RangeDigests;
import dev.gossamer.node.mesh.link.SyncReply;
import dev.gossamer.node.mesh.link.SyncRequest;
import dev.gossamer.node.mesh.link.SyncRequest.Cut;
import dev.gossamer.node.mesh.link.SyncRequest.Wanted;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Another member, as the one to copy from: what it has of some slots, and the entries under some
 * keys, page by page. One page is under way at a time.
 *
 * <p><b>Threads.</b> The lane of the errand.
 */
final class Source {
    /** More than this are asked for in several questions. */
    private static final int WANTED_MAX = 1024;

    final Member member;
    private final Errand errand;
    private final int pageBytes;
    private final Toll toll;

    /** Where the bytes that have come are counted. */
    interface Toll {
        /** Goes on when they are paid for, perhaps at once. */
        void charge(Errand errand, long bytes, Runnable then);
    }

    /** A part of what a member has. */
    interface Visitor {
        /** Runs {@code next} when it is done with the part. */
        void visit(Part part, Runnable next);
    }

    /**
     * Versions of some slots, and the room that they stand in: whatever of it is not among them,
     * the member had not.
     *
     * @param slots what was asked for and is in it
     * @param done how many of them, from the first on, end in it
     * @param from where it begins in the first of them; before its beginning, at the beginning
     * @param to where it ends in the last of them, if that is not done
     * @param asOf see {@link SyncReply.Listing#clock}; for all slots of the walk
     */
    record Part(
            List<Wanted> slots, int done, long from, long to, List<KeyVersion> items, long asOf) {}

    Source(Errand errand, Member member, int pageBytes, Toll toll) {
        this.errand = errand;
        this.member = member;
        this.pageBytes = pageBytes;
        this.toll = toll;
    }

    /**
     * Shows all versions of some slots, or parts of slots, one after the other in the order given,
     * each in key order.
     */
    void walk(
            List<Wanted> slots,
            boolean ofPrimary,
            Visitor visitor,
            Runnable end,
            Consumer<String> failed) {
        new Walk(ofPrimary, visitor, end, failed).go(slots, 0);
    }

    private final class Walk {
        private final boolean ofPrimary;
        private final Visitor visitor;
        private final Runnable end;
        private final Consumer<String> failed;
        private long asOf = -1;

        Walk(boolean ofPrimary, Visitor visitor, Runnable end, Consumer<String> failed) {
            this.ofPrimary = ofPrimary;
            this.visitor = visitor;
            this.end = end;
            this.failed = failed;
        }

        void go(List<Wanted> left, long position) {
            if (left.isEmpty()) {
                end.run();
                return;
            }
            List<Wanted> some = left.subList(0, Math.min(left.size(), WANTED_MAX));
            errand.ask(
                    member,
                    new SyncRequest.Versions(some, position, pageBytes, ofPrimary),
                    SyncReply.Listing.class,
                    listing -> came(left, some.size(), position, listing),
                    failed);
        }

        private void came(List<Wanted> left, int asked, long position, SyncReply.Listing listing) {
            asOf = asOf < 0 ? listing.clock() : asOf;
            int done = Math.min(listing.slotsDone(), asked);
            boolean begun = done < asked && listing.position() > 0;
            if (done == 0 && (!begun || listing.position() <= position)) {
                failed.accept(member.name() + " lists nothing of what it was asked for");
                return;
            }
            Part part =
                    new Part(
                            left.subList(0, begun ? done + 1 : done),
                            done,
                            position,
                            listing.position(),
                            listing.items(),
                            asOf);
            long bytes = listing.items().stream().mapToInt(SyncReply::weightOf).sum();
            List<Wanted> rest = left.subList(done, left.size());
            visitor.visit(
                    part, () -> toll.charge(errand, bytes, () -> go(rest, listing.position())));
        }
    }

    /** Asks for the digests of some slots' ranges; they come in the order of the question. */
    void ranges(
            List<Cut> cuts,
            boolean ofPrimary,
            Consumer<List<RangeDigests>> then,
            Consumer<String> failed) {
        ranges(cuts, ofPrimary, new ArrayList<>(cuts.size()), then, failed);
    }

    private void ranges(
            List<Cut> cuts,
            boolean ofPrimary,
            List<RangeDigests> come,
            Consumer<List<RangeDigests>> then,
            Consumer<String> failed) {
        if (come.size() == cuts.size()) {
            then.accept(come);
            return;
        }
        List<Cut> left = cuts.subList(come.size(), cuts.size());
        errand.ask(
                member,
                new SyncRequest.Ranges(left, ofPrimary),
                SyncReply.Ranged.class,
                ranged -> {
                    if (!fits(ranged.slots(), left)) {
                        failed.accept(member.name() + " answers for other ranges");
                        return;
                    }
                    come.addAll(ranged.slots());
                    toll.charge(
                            errand,
                            ranged.weightBytes(),
                            () -> ranges(cuts, ofPrimary, come, then, failed));
                },
                failed);
    }

    private static boolean fits(List<RangeDigests> come, List<Cut> asked) {
        boolean fits = !come.isEmpty() && come.size() <= asked.size();
        for (int i = 0; fits && i < come.size(); i++) {
            fits = come.get(i).digests().length == asked.get(i).ranges();
        }
        return fits;
    }

    /** Keys of which this node has not the version that the member has. For a worker. */
    List<Bytes> missingHere(List<KeyVersion> theirs) {
        List<Bytes> missing = new ArrayList<>();
        for (KeyVersion each : theirs) {
            Entry here = errand.keyspace.standingOrNull(each.key());
            if (here == null || !here.version().equals(each.version())) {
                missing.add(each.key());
            }
        }
        return missing;
    }

    /**
     * Brings what the member has of some keys.
     *
     * @param store puts the entries where they belong, on a worker, within the errand's fence
     */
    void bring(
            List<Bytes> keys, Consumer<List<Item>> store, Runnable then, Consumer<String> failed) {
        if (keys.isEmpty()) {
            then.run();
            return;
        }
        errand.ask(
                member,
                new SyncRequest.Bring(keys, pageBytes),
                SyncReply.Brought.class,
                brought -> {
                    int done = brought.keysDone();
                    if (done < 1 || done > keys.size()) {
                        failed.accept(member.name() + " brings nothing of what it was asked for");
                        return;
                    }
                    List<Bytes> rest = keys.subList(done, keys.size());
                    errand.change(
                            () -> store.accept(brought.items()),
                            () ->
                                    toll.charge(
                                            errand,
                                            brought.weightBytes(),
                                            () -> bring(rest, store, then, failed)),
                            failed);
                },
                failed);
    }
}
