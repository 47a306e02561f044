package dev.gossamer.node.mesh.sim;

import dev.gossamer.membership.Membership;
import dev.gossamer.membership.MeshView;
import dev.gossamer.protocol.MemberId;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One life's membership: views from the {@link Detector}, and datagrams. */
final class SimMembership implements Membership {
    private final SimProcess process;
    private final Detector detector;
    private final CompletableFuture<Boolean> first = new CompletableFuture<>();
    private @Nullable Listener listener;
    private long lastViewId;

    SimMembership(SimProcess process, Detector detector) {
        this.process = process;
        this.detector = detector;
    }

    /** Waits for the first view on a simulated virtual thread. */
    @Override
    public void start(Listener hears) {
        listener = hears;
        detector.joined(process);
        first.join();
    }

    /** A view reaches this member, unless a later one was faster. */
    void view(MeshView view) {
        process.life()
                .run(
                        null,
                        () -> {
                            Listener to = listener;
                            if (to != null && view.id() > lastViewId) {
                                lastViewId = view.id();
                                process.world()
                                        .note(
                                                process.number(),
                                                "view",
                                                view.id() + " " + Names.of(view));
                                to.onView(view);
                                first.complete(true);
                            }
                        });
    }

    private void message(MemberId from, byte[] payload) {
        process.life()
                .run(
                        null,
                        () -> {
                            Listener to = listener;
                            if (to != null) {
                                to.onMessage(from, payload);
                            }
                        });
    }

    @Override
    public boolean send(MemberId to, byte[] payload) {
        int number = Names.numberOf(to);
        process.hosts()
                .bugs()
                .echo(payload)
                .ifPresent(echo -> process.world().after(1, () -> message(to, echo)));
        process.network()
                .datagram(
                        process.number(),
                        number,
                        () -> {
                            SimProcess peer = process.hosts().runningOrNull(number);
                            if (peer != null && peer.member().id().equals(to)) {
                                peer.membership().message(process.member().id(), payload);
                            }
                        });
        return true;
    }

    @Override
    public void close() {
        listener = null;
        detector.left(process);
    }
}
