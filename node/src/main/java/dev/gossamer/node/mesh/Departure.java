package dev.gossamer.node.mesh;

import dev.gossamer.membership.agreement.AgreementStatus;
import dev.gossamer.membership.agreement.Event;
import dev.gossamer.node.mesh.Mesh.Drain;
import dev.gossamer.node.mesh.Mesh.MemberStatus;
import dev.gossamer.node.mesh.Mesh.Transfer;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * This member's way out of the mesh (C10). First it hands over: it goes on answering while others
 * copy its slots, until it owns nothing. Then it resigns and stays until the others have agreed on
 * a topology without it, for its vote may be needed: of two members, one alone is no majority.
 *
 * <p><b>When all leave.</b> A whole mesh that is stopped hands nothing over, for there is nobody to
 * take it: a member that sees that all others are leaving, too, waits for nothing, and the roster
 * stays as it was, so that any majority of it can begin again.
 *
 * <p><b>Threads.</b> Any.
 */
final class Departure {
    private final MemberId self;
    private final Epochs epochs;
    private final Council council;
    private final Standing standing;

    /** Guarded by this; ended by what {@link #look} sees. */
    private CompletableFuture<@Nullable Void> attempt = new CompletableFuture<>();

    private volatile boolean asked;
    private volatile boolean restarts;
    private volatile boolean cutOff;

    Departure(MemberId self, Epochs epochs, Council council, Standing standing) {
        this.self = self;
        this.epochs = epochs;
        this.council = council;
        this.standing = standing;
        var _ = council.drained().thenRun(this::look);
    }

    /** See {@link MeshNode#leaveForRestart}. */
    CompletableFuture<@Nullable Void> restart(Duration backWithin) {
        if (isLast()) {
            return CompletableFuture.failedFuture(nobodyIsLeft());
        }
        synchronized (this) {
            if (!asked) {
                asked = true;
                restarts = true;
                standing.drain();
                council.tell(new Event.RestartRequested(backWithin));
            }
        }
        look();
        return ask();
    }

    /** See {@link Mesh#drain}. */
    CompletableFuture<@Nullable Void> drain() {
        if (!isDrained() && isLast()) {
            return CompletableFuture.failedFuture(nobodyIsLeft());
        }
        CompletableFuture<@Nullable Void> answer = ask();
        look();
        return answer;
    }

    private synchronized CompletableFuture<@Nullable Void> ask() {
        if (!asked) {
            asked = true;
            standing.drain();
            council.tell(new Event.DrainRequested());
        }
        if (attempt.isCompletedExceptionally()) {
            attempt = new CompletableFuture<>();
        }
        return attempt.copy();
    }

    /** Ends a drain that has come to its end, or that nobody is left for; now and then. */
    void look() {
        if (!asked) {
            return;
        }
        CompletableFuture<@Nullable Void> open;
        synchronized (this) {
            open = attempt;
        }
        if (isDrained()) {
            standing.drained();
            open.complete(null);
        } else if (restarts && isLetGo()) {
            open.complete(null);
        } else if (isLast()) {
            open.completeExceptionally(nobodyIsLeft());
        }
    }

    private static GossamerException nobodyIsLeft() {
        return new GossamerException(
                ErrorCode.ERR, "no other member is there that could take this one's slots over");
    }

    /**
     * Whether this member is to own nothing any more. What it has stays where it is: when it comes
     * back it copies only what has changed by then.
     */
    boolean isUnderWay() {
        return asked;
    }

    private boolean isLetGo() {
        Holding latest = epochs.latest();
        return !latest.topology().isEmpty()
                && !latest.topology().isProvisional()
                && !latest.isMember();
    }

    boolean isDrained() {
        return council.drained().isDone();
    }

    private boolean isLast() {
        return council.status().staying().stream().allMatch(self::equals);
    }

    /** This process is out of the mesh for good: nothing that it says is heard any more. */
    void cutOff() {
        cutOff = true;
    }

    /** Whether this member, once it has resigned, is needed no more. */
    boolean mayGo() {
        AgreementStatus status = council.status();
        return cutOff || !epochs.latest().isMember() || !status.inMajority() || isLast();
    }

    /** See {@link Mesh#drainState}. */
    Drain state() {
        Topology topology = epochs.latest().topology();
        int owned = slotsOf(topology, topology.indexOf(self));
        if (!asked) {
            return new Drain(Drain.Stage.NONE, owned, 0, 0, Duration.ZERO);
        }
        if (isDrained()) {
            return new Drain(Drain.Stage.DRAINED, owned, 0, 0, Duration.ZERO);
        }
        List<Transfer> transfers =
                standing.status().members().stream()
                        .filter(member -> !member.member().id().equals(self))
                        .map(MemberStatus::transfer)
                        .toList();
        return new Drain(
                Drain.Stage.DRAINING,
                owned,
                transfers.stream().mapToInt(Transfer::slotsLeft).sum(),
                transfers.stream().mapToLong(Transfer::bytesLeft).sum(),
                transfers.stream()
                        .map(Transfer::left)
                        .max(Duration::compareTo)
                        .orElse(Duration.ZERO));
    }

    /** Those that this member owns, and those that it has given away but still gets writes of. */
    private static int slotsOf(Topology topology, int member) {
        int count = 0;
        for (int slot = 0; member >= 0 && slot < Slot.COUNT; slot++) {
            boolean has = topology.rankOf(slot, member) >= 0 || topology.isOther(slot, member);
            count += has ? 1 : 0;
        }
        return count;
    }
}
