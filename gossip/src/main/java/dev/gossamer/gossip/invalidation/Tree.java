package dev.gossamer.gossip.invalidation;

import dev.gossamer.protocol.MemberId;
import java.util.ArrayList;
import java.util.List;

/**
 * Who tells whom: a tree per origin that nobody has to build.
 *
 * <p>The members' ids lie on a circle. Whoever tells the news answers for an arc of it, from itself
 * up to some end; the origin answers for the whole circle. It cuts its arc into equal parts, tells
 * the first member of each, and hands that part over to it (1). So everyone is told once, and
 * different origins have different members between them and the leaves.
 *
 * <p>The end of the arc travels with the news. Members with different views then still cut the
 * circle into parts that are disjoint and leave nothing out: a view that is off by one member
 * misses that member, while a tree computed from places in the sorted list would move everyone's
 * place. A member that only its neighbour knows is told by its neighbour.
 *
 * <ol>
 *   <li>El-Ansary, Alima, Brand, Haridi: Efficient Broadcast in Structured P2P Networks. IPTPS
 *       2003. There the parts are the fingers of a Chord node; here everyone knows everyone, and
 *       the parts are equal.
 * </ol>
 *
 * @param starMax an arc of at most so many others is told by its holder alone
 * @param fanout into how many parts a larger arc is cut
 */
record Tree(Members members, MemberId self, int starMax, int fanout) {
    /** Where the first lazy link leads, as a part of the circle; the others follow at this step. */
    private static final double GOLDEN = 0.6180339887498949;

    /**
     * One to be told.
     *
     * @param end where its arc ends, exclusively
     */
    record Branch(MemberId child, MemberId end) {}

    boolean isStar() {
        return members.size() - 1 <= starMax;
    }

    /**
     * Who is to be told by this member when it answers for the arc from itself to {@code end},
     * which is the whole circle if that is itself.
     */
    List<Branch> branches(MemberId end) {
        int place = members.placeOf(self);
        int size = end.equals(self) ? members.size() - 1 : distance(place, members.placeOf(end));
        int parts = parts(size);
        List<Branch> branches = new ArrayList<>(parts);
        for (int part = 0; part < parts; part++) {
            MemberId child = members.at(place + 1 + cut(size, part, parts));
            MemberId next = members.at(place + 1 + cut(size, part + 1, parts));
            branches.add(new Branch(child, part == parts - 1 ? end : next));
        }
        return branches;
    }

    /** How many members lie between two places. */
    private int distance(int from, int to) {
        return Math.floorMod(to - from - 1, members.size());
    }

    private int parts(int size) {
        return size <= starMax ? size : Math.min(size, fanout);
    }

    private static int cut(int size, int part, int parts) {
        return (int) ((long) part * size / parts);
    }

    /**
     * Whom this member tells how far it is: so many others at fixed distances on the circle, the
     * same for all, so that everyone is told by as many.
     */
    List<MemberId> lazyPeers(int count) {
        int others = members.size() - 1;
        int place = members.placeOf(self);
        List<MemberId> peers = new ArrayList<>(count);
        for (int i = 1; peers.size() < Math.min(count, others); i++) {
            MemberId peer = members.at(place + 1 + (int) (i * GOLDEN % 1 * others));
            if (!peers.contains(peer)) {
                peers.add(peer);
            }
        }
        return peers;
    }
}
