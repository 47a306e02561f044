package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.mesh.audit.AuditMeters;
import dev.gossamer.node.mesh.audit.AuditReport;
import dev.gossamer.node.mesh.audit.Auditor;
import dev.gossamer.node.mesh.audit.Surroundings;
import dev.gossamer.node.mesh.coherence.CoherenceSettings;
import dev.gossamer.node.mesh.link.Lane;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;

/** This node's auditor, and the mesh that it looks at. */
final class Audits implements Surroundings {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Shared shared;
    private final MemberCalls calls;
    private final Lane lane;
    private final Auditor auditor;
    private final Rounds rounds;
    private final boolean isOn;

    /**
     * @param self this member
     * @param lane that the auditor runs on
     */
    Audits(
            MemberId self,
            Shared shared,
            MemberCalls calls,
            Lane lane,
            CoherenceSettings settings,
            InstantSource clock,
            MeterRegistry meters) {
        this.shared = shared;
        this.calls = calls;
        this.lane = lane;
        this.isOn = settings.auditsPerSecond() > 0;
        this.auditor =
                new Auditor(
                        self,
                        this,
                        settings.auditsPerSecond(),
                        settings.dissemination().driftPpm(),
                        () -> shared.logEnd().get().sequence(),
                        shared.nanoClock(),
                        clock);
        AuditMeters.register(meters, auditor);
        this.rounds = new Rounds(lane, shared.nanoClock(), Auditor.TICK, auditor::tick);
    }

    void start() {
        if (isOn) {
            shared.keyspace().onChange(auditor.listener());
            rounds.start();
        }
    }

    void stop() {
        rounds.stop();
    }

    AuditReport report() {
        return auditor.report();
    }

    @Override
    public long epoch() {
        return shared.epochs().latest().epoch();
    }

    @Override
    public boolean isAgreed() {
        var topology = shared.epochs().latest().topology();
        return !topology.isEmpty() && !topology.isProvisional();
    }

    @Override
    public List<Member> members() {
        return shared.epochs().latest().topology().members();
    }

    @Override
    public boolean isServing(int slot) {
        return shared.epochs().latest().isServing(slot);
    }

    @Override
    public boolean isPending(int slot, Bytes key) {
        return shared.pending().isPending(slot, key);
    }

    @Override
    public CacheSettings settingsOf(Bytes key) {
        return shared.keyspace().settingsOf(key);
    }

    @Override
    public void ask(Member member, Request.Inspect question, Consumer<Reply> answer) {
        var _ =
                calls.ask(member, question, epoch(), PATIENCE)
                        .thenAccept(reply -> lane.execute(() -> answer.accept(reply)));
    }
}
