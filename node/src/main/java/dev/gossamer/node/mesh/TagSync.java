package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Tags;
import dev.gossamer.node.mesh.link.SyncReply;
import dev.gossamer.node.mesh.link.SyncRequest;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Member;
import java.util.List;

/**
 * Makes this node know of every tag that was invalidated before it serves a slot that it did not
 * serve before.
 *
 * <p><b>Why it is enough.</b> An invalidation is acknowledged when every member of one topology has
 * stored it ({@link Bump}). So who was a member of the topology just before this one, and knew
 * everything then, knows all that was acknowledged up to now; what is under way waits for this node
 * as well. Whoever was not, for it has joined, come back or parted, asks the others: one that was
 * is enough, or all of them, when none was. A peer answers for this epoch only after whatever it
 * did under the one before.
 *
 * <p>All ask all others in any case, also those who need not wait: then what was stored by some and
 * never acknowledged, for the member that invalidated is gone, is stored by everybody or nobody,
 * and what the sides of a partition invalidated by all.
 *
 * <p><b>Cost.</b> One question to each other member; where the digests agree, nothing else. Else
 * what the other knows, page by page.
 *
 * <p><b>Threads.</b> The lane of the errand, but {@link #serve}: a worker.
 */
final class TagSync {
    private static final int TAG_BYTES = 16;

    private final Tags tags;
    private final int pageBytes;

    /** The epoch under which this node came to know everything. Written on the lane. */
    private volatile long completeEpoch = Epoch.NONE;

    TagSync(Tags tags, int pageBytes) {
        this.tags = tags;
        this.pageBytes = pageBytes;
    }

    /** Whether this node knows of every invalidation acknowledged under an earlier epoch. */
    private boolean isComplete(Holding holding) {
        long epoch = completeEpoch;
        return epoch == holding.epoch()
                || (epoch != Epoch.NONE && holding.isMember() && follows(epoch, holding));
    }

    /** Whether who knew everything under that epoch knows everything yet. */
    private static boolean follows(long epoch, Holding holding) {
        if (Epoch.isProvisional(holding.epoch())) {
            // On a side of a partition all that this side can know of is known.
            return true;
        }
        return !holding.mustReconcile()
                && !Epoch.isProvisional(epoch)
                && Epoch.number(holding.epoch()) == Epoch.number(epoch) + 1;
    }

    /**
     * @param then run once, perhaps at once, when this node knows enough to serve
     */
    void begin(Errand errand, Runnable then) {
        boolean complete = isComplete(errand.holding);
        completeEpoch = complete ? errand.holding.epoch() : Epoch.NONE;
        Round round = new Round(errand, then);
        if (complete) {
            round.complete();
        }
        round.start();
    }

    private final class Round {
        private final Errand errand;
        private final Runnable then;
        private final List<Member> others;
        private int unheard;
        private boolean isComplete;

        Round(Errand errand, Runnable then) {
            this.errand = errand;
            this.then = then;
            this.others = errand.holding.others();
            this.unheard = others.size();
        }

        void start() {
            if (others.isEmpty() || !errand.holding.isMember()) {
                complete();
            } else {
                others.forEach(this::ask);
            }
        }

        void complete() {
            if (!isComplete) {
                isComplete = true;
                completeEpoch = errand.holding.epoch();
                then.run();
            }
        }

        private void ask(Member member) {
            errand.ask(
                    member,
                    new SyncRequest.Tags(0, 0),
                    SyncReply.Tagged.class,
                    summary -> compare(member, summary),
                    why -> again(member, why));
        }

        private void again(Member member, String why) {
            errand.retry(0, "invalidated tags: " + why, () -> ask(member));
        }

        private void compare(Member member, SyncReply.Tagged theirs) {
            errand.work(
                    () -> tags.page(0, 0).digest() == theirs.page().digest(),
                    alike -> {
                        if (alike) {
                            heard(theirs.complete());
                        } else {
                            long bytes = (long) TAG_BYTES * theirs.page().count();
                            bring(member, 0, (int) (bytes / pageBytes) + 1);
                        }
                    },
                    why -> again(member, why));
        }

        private void bring(Member member, int part, int parts) {
            errand.ask(
                    member,
                    new SyncRequest.Tags(part, parts),
                    SyncReply.Tagged.class,
                    some -> adopt(member, part, parts, some),
                    why -> again(member, why));
        }

        private void adopt(Member member, int part, int parts, SyncReply.Tagged some) {
            errand.work(
                    () -> {
                        tags.adopt(some.page());
                        return true;
                    },
                    _ -> {
                        if (part + 1 < parts) {
                            bring(member, part + 1, parts);
                        } else {
                            heard(some.complete());
                        }
                    },
                    why -> again(member, why));
        }

        private void heard(boolean memberIsComplete) {
            unheard--;
            if (memberIsComplete || unheard == 0) {
                complete();
            }
        }
    }

    /** Answers another member. Looks at all tags, so it belongs on a worker. */
    SyncReply serve(SyncRequest.Tags asked, Holding holding) {
        boolean complete = isComplete(holding);
        return new SyncReply.Tagged(complete, tags.page(asked.part(), asked.parts()));
    }
}
