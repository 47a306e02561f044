package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.Keyspace.Item;
import dev.gossamer.node.cache.Keyspace.KeyVersion;
import dev.gossamer.node.cache.RecentOperation;
import dev.gossamer.node.cache.VersionPage;
import dev.gossamer.node.mesh.Claim.Witness;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.node.mesh.link.SyncReply;
import dev.gossamer.node.mesh.link.SyncRequest;
import dev.gossamer.node.mesh.link.SyncRequest.Operated;
import dev.gossamer.node.mesh.link.SyncRequest.Wanted;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Makes all holders of a few slots alike in what is later than their settled clocks: first this
 * node, the new primary, takes from each what it has not, then it gives each what that has not. One
 * holder after the other; nothing is written in the slots meanwhile but by this.
 *
 * <p><b>Threads.</b> The lane of the errand.
 */
final class Settlement {
    private static final int KEYS_PER_STEP = 1024;

    private final Errand errand;
    private final Keyspace keyspace;
    private final List<Claim> claims;
    private final int pageBytes;
    private final Source.Toll toll;
    private final Runnable done;
    private final Consumer<String> failed;
    private final List<Peer> peers;

    /** Keys that came from some holder: those who did not have them are given them. */
    private final Set<Bytes> adopted = new LinkedHashSet<>();

    /** One holder, and its part in the claims. */
    private static final class Peer {
        private final Member member;
        private final Map<Claim, Witness> said = new LinkedHashMap<>();

        /** Where it differs, or may differ, from this node. */
        private List<Wanted> differing = List.of();

        /** What it has there, later than the settled clocks. */
        private final Map<Bytes, Version> has = new HashMap<>();

        Peer(Member member) {
            this.member = member;
        }

        void lists(KeyVersion each) {
            has.put(each.key(), each.version());
        }
    }

    /** What one request gives a holder. */
    private static final class Parcel {
        private final List<Item> items = new ArrayList<>();
        private final List<Operated> operations = new ArrayList<>();
        private int bytes;
    }

    Settlement(
            Errand errand,
            List<Claim> claims,
            int pageBytes,
            Source.Toll toll,
            Runnable done,
            Consumer<String> failed) {
        this.errand = errand;
        this.keyspace = errand.keyspace;
        this.claims = claims;
        this.pageBytes = pageBytes;
        this.toll = toll;
        this.done = done;
        this.failed = failed;
        this.peers = peersOf(claims);
    }

    private static List<Peer> peersOf(List<Claim> claims) {
        Map<MemberId, Peer> peers = new LinkedHashMap<>();
        for (Claim claim : claims) {
            for (Witness witness : claim.witnesses) {
                peers.computeIfAbsent(witness.member().id(), _ -> new Peer(witness.member()))
                        .said
                        .put(claim, witness);
            }
        }
        return List.copyOf(peers.values());
    }

    void start() {
        takeFrom(0);
    }

    private void takeFrom(int at) {
        if (at == peers.size()) {
            errand.change(this::adoptOperations, () -> giveTo(0), failed);
            return;
        }
        Peer peer = peers.get(at);
        Source source = new Source(errand, peer.member, pageBytes, toll);
        List<Wanted> wanted = new ArrayList<>(peer.said.size());
        peer.said.forEach(
                (claim, said) -> wanted.add(new Wanted(claim.slot, said.rank(), said.after())));
        new Narrowing(errand, source, false)
                .narrow(wanted, narrowed -> takeFrom(at, source, narrowed.wanted()), failed);
    }

    private void takeFrom(int at, Source source, List<Wanted> differing) {
        Peer peer = peers.get(at);
        peer.differing = differing;
        source.walk(
                differing,
                false,
                (part, next) ->
                        errand.work(
                                () -> {
                                    part.items().forEach(peer::lists);
                                    return source.missingHere(part.items());
                                },
                                keys -> source.bring(keys, this::adopt, next, failed),
                                failed),
                () -> takeFrom(at + 1),
                failed);
    }

    /**
     * When this node comes from one side of a partition, and perhaps the holder from another, the
     * version that loses is recorded (C9).
     */
    private void adopt(List<Item> items) {
        for (Item item : items) {
            adopted.add(item.key());
            if (errand.holding.mustReconcile()) {
                int replication = keyspace.settingsOf(item.key()).replication();
                boolean blind = errand.holding.isBlind(item.key().slotIndex(), replication);
                keyspace.reconcile(item.key(), item.entry(), blind);
            } else {
                keyspace.merge(item.key(), item.entry());
            }
        }
    }

    /** Only now: whoever knows an operation must have what it wrote. */
    private void adoptOperations() {
        for (Claim claim : claims) {
            claim.operations.forEach(operation -> keyspace.remember(claim.slot, operation));
        }
    }

    private void giveTo(int at) {
        if (at == peers.size()) {
            done.run();
            return;
        }
        Peer peer = peers.get(at);
        errand.work(
                () -> parcels(peer),
                parcels -> send(peer, parcels, 0, () -> giveTo(at + 1)),
                failed);
    }

    private List<Parcel> parcels(Peer peer) {
        List<Parcel> parcels = new ArrayList<>();
        parcels.add(new Parcel());
        Set<Bytes> seen = new HashSet<>();
        for (Wanted part : peer.differing) {
            long position = part.from();
            while (position != VersionPage.END) {
                VersionPage page =
                        keyspace.versions(
                                part.slot(), position, part.to(), KEYS_PER_STEP, part.rank());
                for (KeyVersion mine : page.versions()) {
                    seen.add(mine.key());
                    addItem(parcels, peer, part.after(), mine.key());
                }
                position = page.next();
            }
        }
        addAdopted(parcels, peer, seen);
        peer.said.forEach((claim, said) -> addOperations(parcels, claim, said));
        return parcels;
    }

    /** What was alike here and there until this node took something from another holder. */
    private void addAdopted(List<Parcel> parcels, Peer peer, Set<Bytes> seen) {
        Map<Integer, Witness> bySlot = new HashMap<>();
        peer.said.forEach((claim, said) -> bySlot.put(claim.slot, said));
        for (Bytes key : adopted) {
            Witness said = bySlot.get(key.slotIndex());
            if (said != null
                    && keyspace.settingsOf(key).replication() > said.rank()
                    && !seen.contains(key)) {
                addItem(parcels, peer, said.after(), key);
            }
        }
    }

    private void addItem(List<Parcel> parcels, Peer peer, long after, Bytes key) {
        Entry standing = keyspace.standingOrNull(key);
        if (standing == null
                || standing.clock() <= after
                || standing.version().equals(peer.has.get(key))) {
            return;
        }
        Entry entry = keyspace.readOrNull(key);
        if (entry == null) {
            return;
        }
        Item item = new Item(key, entry);
        roomFor(parcels, Request.weightOf(List.of(item))).items.add(item);
    }

    private void addOperations(List<Parcel> parcels, Claim claim, Witness said) {
        for (RecentOperation each :
                Claim.later(keyspace.recentOperations(claim.slot), said.after())) {
            if (!said.operations().contains(each.id())) {
                Operated operated = new Operated(claim.slot, each);
                roomFor(parcels, SyncRequest.weightOf(List.of(operated))).operations.add(operated);
            }
        }
    }

    private Parcel roomFor(List<Parcel> parcels, int bytes) {
        Parcel last = parcels.getLast();
        if (last.bytes > 0 && last.bytes + bytes > pageBytes) {
            last = new Parcel();
            parcels.add(last);
        }
        last.bytes += bytes;
        return last;
    }

    private void send(Peer peer, List<Parcel> parcels, int at, Runnable then) {
        if (at == parcels.size()) {
            then.run();
            return;
        }
        Parcel parcel = parcels.get(at);
        if (parcel.bytes == 0) {
            send(peer, parcels, at + 1, then);
            return;
        }
        errand.ask(
                peer.member,
                new SyncRequest.Settle(parcel.items, parcel.operations),
                SyncReply.Done.class,
                _ -> send(peer, parcels, at + 1, then),
                failed);
    }
}
