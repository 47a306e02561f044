package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.Keyspace.Item;
import dev.gossamer.node.cache.Keyspace.KeyVersion;
import dev.gossamer.node.cache.VersionPage;
import dev.gossamer.node.mesh.Source.Part;
import dev.gossamer.node.mesh.link.SyncRequest.Wanted;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Mirrors a few slots of one primary: finds the ranges that differ ({@link Narrowing}), goes
 * through the primary's versions in them, drops what it has not, and brings what is missing or
 * another version here.
 *
 * <p><b>Writes that come meanwhile</b> are never dropped. They come with the primary's writes, and
 * so with clocks later than the one that the primary gave when the listing began; and whatever was
 * here before is not later than that, for the primary has heard of this node's clock first. One
 * thing comes with an older clock: what the primary takes over from another side of a partition. To
 * be safe, a slot in which a version of a provisional epoch was dropped is compared once more.
 *
 * <p><b>A full memory.</b> What a holder of a slot has not and the primary has, it once had: it was
 * evicted here. It is brought back only while there is room, or two full nodes would evict each
 * other's entries for ever. A member that copies a slot for the first time brings everything.
 *
 * <p><b>Threads.</b> The lane of the errand.
 */
final class MirrorJob {
    private static final int KEYS_PER_STEP = 1024;
    private static final MemberId LAST = new MemberId(-1);

    private final Errand errand;
    private final Keyspace keyspace;
    private final Source source;
    private final Progress progress;
    private final End end;

    /** Slots that are not done, with how many ranges of them are left. */
    private final Map<Integer, Integer> left = new LinkedHashMap<>();

    /** See {@link Narrowing.Narrowed#asOf}. */
    private Map<Integer, Long> narrowedAsOf = Map.of();

    /** Slots in which something was dropped or brought. */
    private final Set<Integer> changed = new HashSet<>();

    /** Slots to be compared again. */
    private final Set<Integer> again = new HashSet<>();

    /** Takes the slots that are alike now. */
    interface Progress {
        /**
         * @param asOf everything that the primary wrote up to here has been seen
         */
        void alike(int slot, boolean changed, long asOf);
    }

    /** Takes the end of the job. */
    interface End {
        /**
         * @param left slots that are not alike yet
         */
        void over(List<Integer> left, String why);
    }

    /** What is to be done for one part. */
    private record Difference(
            List<Bytes> missing, Version bound, Set<Integer> changed, Set<Integer> again) {}

    MirrorJob(Errand errand, Source source, List<Integer> slots, Progress progress, End end) {
        this.errand = errand;
        this.keyspace = errand.keyspace;
        this.source = source;
        this.progress = progress;
        this.end = end;
        slots.forEach(slot -> left.put(slot, 0));
    }

    void start() {
        List<Wanted> wanted =
                left.keySet().stream()
                        .map(slot -> new Wanted(slot, errand.holding.rankToKeep(slot), 0))
                        .toList();
        new Narrowing(errand, source, true).narrow(wanted, this::walk, this::failed);
    }

    private void walk(Narrowing.Narrowed narrowed) {
        narrowedAsOf = narrowed.asOf();
        narrowed.wanted().forEach(each -> left.merge(each.slot(), 1, Integer::sum));
        List<Integer> alike =
                left.keySet().stream().filter(slot -> left.getOrDefault(slot, 0) == 0).toList();
        alike.forEach(slot -> done(slot, Long.MAX_VALUE));
        source.walk(
                narrowed.wanted(),
                true,
                this::visit,
                () -> end.over(List.copyOf(again), "written while they were compared"),
                this::failed);
    }

    private void failed(String why) {
        Set<Integer> unlike = new HashSet<>(again);
        unlike.addAll(left.keySet());
        end.over(unlike.stream().sorted().toList(), why);
    }

    private void visit(Part part, Runnable next) {
        Difference difference = differenceOf(part);
        errand.change(
                () -> compare(part, difference),
                () -> {
                    changed.addAll(difference.changed());
                    again.addAll(difference.again());
                    source.bring(
                            difference.missing(),
                            items -> store(items, difference.bound()),
                            () -> finish(part, next),
                            this::failed);
                },
                this::failed);
    }

    private Difference differenceOf(Part part) {
        Version bound = new Version(errand.holding.epoch(), part.asOf(), LAST);
        return new Difference(new ArrayList<>(), bound, new HashSet<>(), new HashSet<>());
    }

    private void finish(Part part, Runnable next) {
        for (Wanted each : part.slots().subList(0, part.done())) {
            if (left.merge(each.slot(), -1, Integer::sum) == 0) {
                done(each.slot(), part.asOf());
            }
        }
        next.run();
    }

    private void done(int slot, long listedAsOf) {
        left.remove(slot);
        if (!again.contains(slot)) {
            // What was alike was not listed, and is known as of the digests alone.
            long asOf = Math.min(listedAsOf, narrowedAsOf.getOrDefault(slot, Long.MAX_VALUE));
            progress.alike(slot, changed.contains(slot), asOf);
        }
    }

    /** On a worker. */
    private void compare(Part part, Difference difference) {
        Map<Bytes, Version> theirs = new HashMap<>();
        part.items().forEach(each -> theirs.put(each.key(), each.version()));
        for (int i = 0; i < part.slots().size(); i++) {
            Wanted wanted = part.slots().get(i);
            long from = i == 0 ? Math.max(part.from(), wanted.from()) : wanted.from();
            long to = i < part.done() ? wanted.to() : part.to();
            compareOwn(wanted, from, to, theirs, difference);
        }
        boolean hasRoom =
                keyspace.tiers().memory().bytes() < keyspace.tiers().memory().bytesMax() / 20 * 19;
        for (KeyVersion each : part.items()) {
            int slot = each.key().slotIndex();
            boolean wanted =
                    theirs.containsKey(each.key())
                            && (hasRoom
                                    || errand.holding.role(slot) == Role.COPYING
                                    || keyspace.standingOrNull(each.key()) != null);
            if (wanted) {
                difference.missing().add(each.key());
                difference.changed().add(slot);
            }
        }
    }

    /** Drops what the primary has not, and leaves in {@code theirs} what is not here like that. */
    private void compareOwn(
            Wanted wanted, long from, long to, Map<Bytes, Version> theirs, Difference difference) {
        long position = from;
        while (position != VersionPage.END) {
            VersionPage page =
                    keyspace.versions(wanted.slot(), position, to, KEYS_PER_STEP, wanted.rank());
            for (KeyVersion mine : page.versions()) {
                Version listed = theirs.get(mine.key());
                if (listed == null) {
                    drop(wanted.slot(), mine, difference);
                } else if (listed.equals(mine.version())) {
                    theirs.remove(mine.key());
                }
            }
            position = page.next();
        }
    }

    private void drop(int slot, KeyVersion mine, Difference difference) {
        if (keyspace.dropUnlessLater(mine.key(), difference.bound())) {
            difference.changed().add(slot);
            if (Epoch.isProvisional(mine.version().epoch())) {
                difference.again().add(slot);
            }
        }
    }

    /**
     * On a worker. What is here in a later version, and was before the listing began, was never
     * acknowledged: it gives way.
     */
    private void store(List<Item> items, Version bound) {
        for (Item item : items) {
            if (keyspace.merge(item.key(), item.entry())) {
                continue;
            }
            Entry here = keyspace.standingOrNull(item.key());
            boolean same = here != null && here.version().equals(item.entry().version());
            if (!same && keyspace.dropUnlessLater(item.key(), bound)) {
                keyspace.merge(item.key(), item.entry());
            }
        }
    }
}
