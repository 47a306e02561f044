package dev.gossamer.membership.jgroups;

import dev.gossamer.membership.Membership;
import dev.gossamer.membership.MembershipSettings;
import dev.gossamer.membership.MembershipStats;
import dev.gossamer.membership.MeshView;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.Receiver;
import org.jgroups.View;
import org.jgroups.stack.AddressGenerator;
import org.jgroups.stack.Protocol;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Membership over JGroups.
 *
 * <p><b>Views.</b> A member's record is part of its JGroups address ({@link MemberAddress}), so a
 * view is complete the instant it is known, and all who have it make the same {@link MeshView} of
 * it. Its id is that of the JGroups view, plus one. A member id that stands in a view twice, which
 * only a merge can bring about, is left out by all until one of the two is gone; the later one
 * leaves by itself and tells its listener.
 *
 * <p><b>Messages</b> are queued per peer and sent by a virtual thread per peer, out of band, under
 * JGroups' flow control: a peer that does not read holds up its own queue alone, and what is on the
 * way to it is bounded by its credit.
 *
 * <p><b>Restart.</b> A member that comes back before its death was noticed waits until it was; see
 * {@link Doorkeeper}.
 */
public final class JGroupsMembership implements Membership {
    private static final Logger LOG = LoggerFactory.getLogger(JGroupsMembership.class);
    private static final Duration RETRY_EVERY = Duration.ofMillis(200);

    static {
        ClosedSerialization.enforce();
        QuietLogs.install();
        MemberAddress.printPlainly();
    }

    /** A peer of the latest view. */
    private record Peer(Address address, Outbox outbox) {}

    private final MembershipSettings settings;
    private final LongSupplier nanoClock;
    private final Doorkeeper doorkeeper = new Doorkeeper();
    private final @Nullable Seal sealOrNull;
    private final JChannel channel;

    private final Map<MemberId, Peer> peers = new ConcurrentHashMap<>();
    private final AtomicBoolean started = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final CountDownLatch seated = new CountDownLatch(1);
    private final LongAdder sent = new LongAdder();
    private final LongAdder outboundDropped = new LongAdder();
    private final LongAdder sendFailures = new LongAdder();
    private volatile @Nullable Inbox inboxOrNull;
    private volatile MeshView latest = new MeshView(0, List.of());

    /**
     * @param random draws the number that tells this run of the process from others
     * @param nanoClock monotonic nanoseconds, as {@link System#nanoTime} gives them
     */
    public JGroupsMembership(
            MembershipSettings settings, RandomGenerator random, LongSupplier nanoClock) {
        this(settings, random, nanoClock, List.of(MeshStack.transport(settings)), true);
    }

    /**
     * For tests: another wire.
     *
     * @param wire the transport and what stands right above it
     * @param rendezvous whether our own discovery follows; otherwise the wire brings one
     */
    JGroupsMembership(
            MembershipSettings settings,
            RandomGenerator random,
            LongSupplier nanoClock,
            List<Protocol> wire,
            boolean rendezvous) {
        this.settings = settings;
        this.nanoClock = nanoClock;
        this.sealOrNull =
                settings.password()
                        .map(password -> new Seal(settings.clusterName(), password))
                        .orElse(null);
        List<Protocol> below = new ArrayList<>(wire);
        if (sealOrNull != null) {
            below.add(sealOrNull);
        }
        if (rendezvous) {
            below.add(
                    new Rendezvous(
                            settings.contacts(),
                            settings.joinTimeout(),
                            settings.startTimeout(),
                            nanoClock));
        }
        this.channel = channel(MeshStack.above(below, doorkeeper, settings), random);
    }

    private JChannel channel(List<Protocol> stack, RandomGenerator random) {
        try {
            JChannel created = new JChannel(stack);
            created.setName(settings.self().name());
            created.setReceiver(new Ears());
            created.addAddressGenerator(new Addresses(settings.self(), random));
            return created;
        } catch (Exception e) { // declared so by JGroups
            throw new GossamerException(
                    ErrorCode.INTERNAL, "The membership could not be set up: " + e, e);
        }
    }

    /** A new address for every run, so that a seal's key is used by one run only. */
    private record Addresses(Member self, RandomGenerator random) implements AddressGenerator {
        @Override
        @Deprecated
        public Address generateAddress() {
            return MemberAddress.of(self, random.nextLong());
        }

        @Override
        public Address generateAddress(String name) {
            return MemberAddress.of(self, random.nextLong());
        }
    }

    @Override
    public void start(Listener listener) {
        if (!started.compareAndSet(false, true)) {
            throw new IllegalStateException("membership was started before");
        }
        inboxOrNull = new Inbox(listener, this::delivered, settings.inboundBytesMax());
        try {
            join();
            awaitSeat();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void delivered(MeshView view) {
        if (isIn(view, settings.self().id())) {
            seated.countDown();
        }
    }

    private static boolean isIn(MeshView view, MemberId id) {
        return view.members().stream().anyMatch(member -> member.id().equals(id));
    }

    /** Knocks until the former self of a restarted member is gone, or no hope is left. */
    private void join() {
        long deadline = nanoClock.getAsLong() + doubleTimeout().toNanos();
        for (Optional<String> refusal = connect(); refusal.isPresent(); refusal = connect()) {
            boolean mayPass = refusal.get().startsWith(Doorkeeper.DOUBLE);
            if (!mayPass || nanoClock.getAsLong() - deadline >= 0) {
                throw new GossamerException(
                        ErrorCode.ERR,
                        "The mesh '"
                                + settings.clusterName()
                                + "' refused this node: "
                                + refusal.get()
                                + (mayPass ? "; give each node a data folder of its own." : "."));
            }
            if (awaits(closing, RETRY_EVERY)) {
                throw new GossamerException(ErrorCode.ERR, "Closed while joining the mesh.");
            }
        }
    }

    /** A dead former self is dropped within this time. */
    private Duration doubleTimeout() {
        MembershipSettings.FailureDetection detection = settings.failureDetection();
        return detection
                .timeout()
                .plus(detection.heartbeatInterval())
                .plus(detection.verifyTimeout())
                .plus(settings.joinTimeout());
    }

    /** Empty when connected, else the coordinator's words of refusal. */
    private Optional<String> connect() {
        try {
            channel.connect(settings.clusterName());
            return Optional.empty();
        } catch (SecurityException e) { // JGroups' way to pass a refusal on
            return Optional.of(String.valueOf(e.getMessage()));
        } catch (GossamerException e) {
            throw e;
        } catch (Exception e) { // declared so by JGroups
            throw new GossamerException(
                    ErrorCode.UNREACHABLE,
                    "The membership port "
                            + settings.bindHost()
                            + ":"
                            + settings.self().ports().jgroups()
                            + " could not be opened: "
                            + rootOf(e),
                    e);
        }
    }

    private static String rootOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    private void awaitSeat() {
        if (!awaits(seated, settings.startTimeout())) {
            throw new GossamerException(
                    ErrorCode.UNREACHABLE,
                    "No view of mesh '"
                            + settings.clusterName()
                            + "' with this node in it within "
                            + settings.startTimeout()
                            + ".");
        }
    }

    private static boolean awaits(CountDownLatch latch, Duration patience) {
        try {
            return latch.await(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GossamerException(
                    ErrorCode.INTERRUPTED, "Interrupted while joining the mesh.", e);
        }
    }

    @Override
    public boolean send(MemberId to, byte[] payload) {
        if (payload.length > PAYLOAD_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "payload of " + payload.length + " bytes is over " + PAYLOAD_BYTES_MAX);
        }
        Peer peer = peers.get(to);
        boolean taken = peer != null && peer.outbox().offer(payload);
        if (!taken) {
            outboundDropped.increment();
        }
        return taken;
    }

    private void sendNow(Address to, byte[] payload) {
        try {
            channel.send(new BytesMessage(to, payload).setFlag(Message.Flag.OOB));
            sent.increment();
        } catch (Exception e) { // declared so by JGroups
            sendFailures.increment();
            LOG.debug("A message to {} was not sent: {}", to, e.toString());
        }
    }

    /** What JGroups calls; on its threads, so nothing here waits. */
    private final class Ears implements Receiver {
        @Override
        public void viewAccepted(View view) {
            ViewReader.Reading reading = ViewReader.read(view, channel.getAddress());
            latest = reading.view();
            updatePeers(reading.peers());
            inbox().add(reading.view());
            reading.rival().ifPresent(JGroupsMembership.this::expel);
        }

        @Override
        public void receive(Message message) {
            Optional<MemberId> from = MemberAddress.idOf(message.getSrc());
            if (from.isEmpty() || !message.hasArray()) {
                return;
            }
            byte[] payload = new byte[message.getLength()];
            System.arraycopy(message.getArray(), message.getOffset(), payload, 0, payload.length);
            inbox().add(from.get(), payload);
        }
    }

    private Inbox inbox() {
        Inbox inbox = inboxOrNull;
        if (inbox == null) {
            throw new IllegalStateException("JGroups spoke before the membership was started");
        }
        return inbox;
    }

    /** Called for one view after the other. */
    private void updatePeers(Map<MemberId, Address> present) {
        peers.forEach((id, peer) -> {
            if (!peer.address().equals(present.get(id))) {
                peers.remove(id);
                peer.outbox().close();
            }
        });
        present.forEach((id, address) -> peers.computeIfAbsent(id, _ -> peer(address)));
    }

    private Peer peer(Address address) {
        Outbox outbox =
                new Outbox(
                        address.toString(),
                        settings.outboundBytesMax(),
                        payload -> sendNow(address, payload));
        return new Peer(address, outbox);
    }

    private void expel(Member rival) {
        String reason =
                "Another process with this node's member id, '"
                        + rival.name()
                        + "' at "
                        + rival.host()
                        + ":"
                        + rival.ports().jgroups()
                        + ", was in the mesh before; give each node a data folder of its own.";
        LOG.error(reason);
        Inbox inbox = inbox();
        Thread.ofVirtual()
                .name("gossamer-membership-leave")
                .start(() -> {
                    leave();
                    inbox.expelled(reason);
                });
    }

    /**
     * A reading of all counters; each is right by itself.
     *
     * <p><b>Threads.</b> Any. <b>Cost.</b> A few sums.
     */
    public MembershipStats stats() {
        MeshView view = latest;
        Inbox inbox = inboxOrNull;
        Seal seal = sealOrNull;
        return new MembershipStats(
                view.id(),
                view.members().size(),
                inbox == null ? 0 : inbox.viewsDelivered(),
                inbox == null ? 0 : inbox.viewsSkipped(),
                sent.sum(),
                inbox == null ? 0 : inbox.received(),
                outboundDropped.sum(),
                sendFailures.sum(),
                inbox == null ? 0 : inbox.dropped(),
                peers.values().stream().mapToLong(peer -> peer.outbox().bytes()).sum(),
                inbox == null ? 0 : inbox.bytes(),
                doorkeeper.refused(),
                seal == null ? 0 : seal.refused());
    }

    @Override
    public void close() {
        leave();
        Inbox inbox = inboxOrNull;
        if (inbox != null) {
            inbox.close();
        }
    }

    private void leave() {
        closing.countDown();
        if (closed.compareAndSet(false, true)) {
            channel.close();
            updatePeers(Map.of());
        }
    }
}
