package dev.gossamer.node.cli.chaos.check;

import dev.gossamer.node.cli.chaos.history.Action;
import dev.gossamer.node.cli.chaos.history.Answer;
import dev.gossamer.node.cli.chaos.history.Call;
import dev.gossamer.protocol.Version;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whether each client went only forward on a key (C3): versions never fall, its own acknowledged
 * writes are seen, and what it has seen does not vanish without a removal that explains it.
 *
 * <p>In an {@code available} cache a side of a partition may miss what was written on the other
 * one, or what only the other one has copies of, until they are one again; nothing older may be
 * met.
 *
 * <p>Reads within a bound are held to it as all others are, whatever copy answers; but for those
 * that were asked of any member by hand, which no session covers.
 *
 * <p>A write's answer carries no version; that of a value is taken from any read that met it, so
 * own writes take part in the order as soon as anybody has read them.
 */
final class Sessions {
    private final KeyHistory key;
    private final List<Violation> violations = new ArrayList<>();

    /**
     * What one client knows of the key.
     *
     * @param write the latest-begun write whose effect it has seen or was acknowledged
     * @param source the call that told it so
     */
    private record Known(Call write, Call source, Optional<Version> version, Call versionSource) {}

    private Sessions(KeyHistory key) {
        this.key = key;
    }

    static Stream<Violation> check(KeyHistory key) {
        Sessions check = new Sessions(key);
        Map<Integer, Known> known = new HashMap<>();
        for (Call call : key.calls()) {
            if (!call.ofSession()) {
                continue;
            }
            Optional.ofNullable(known.get(call.client()))
                    .ifPresent(before -> check.of(call, before));
            check.learn(call, known);
        }
        return check.violations.stream();
    }

    private void of(Call call, Known before) {
        switch (call.answer()) {
            case Answer.Found found -> met(call, found, before);
            case Answer.Absent _ -> missed(call, before);
            case Answer.Done _, Answer.Declined _, Answer.Refused _, Answer.Unknown _ -> {}
        }
    }

    private void met(Call read, Answer.Found found, Known before) {
        boolean fell =
                found.version().isPresent()
                        && before.version().isPresent()
                        && key.order().compare(found.version().get(), before.version().get()) < 0;
        if (fell) {
            report("a client went back to an older version", before.versionSource(), read);
            return;
        }
        key.writerOf(found.value())
                .filter(writer -> key.surelyBefore(writer, before.write()))
                .ifPresent(writer ->
                        report(
                                "a client met a value older than what it knew",
                                writer,
                                before.write(),
                                before.source(),
                                read));
    }

    private void missed(Call read, Known before) {
        boolean removal = before.write().action() == Action.REMOVE;
        boolean otherSide =
                !key.isLinearizable()
                        && key.circumstances()
                                .partitioned(before.write().startNanos(), read.endNanos());
        if (!removal && !otherSide && !key.mayHaveBeenRemoved(before.write(), read)) {
            report("a client missed what it knew", before.write(), before.source(), read);
        }
    }

    private void report(String sentence, Call... evidence) {
        List<Call> distinct = Stream.of(evidence).distinct().toList();
        violations.add(new Violation(Promise.C3, key.key(), sentence, distinct));
    }

    private void learn(Call call, Map<Integer, Known> known) {
        Optional<Call> write =
                switch (call.answer()) {
                    case Answer.Found found -> key.writerOf(found.value());
                    case Answer.Done _ -> Optional.of(call);
                    case Answer.Absent _, Answer.Declined _, Answer.Refused _, Answer.Unknown _ ->
                            Optional.empty();
                };
        write.ifPresent(seen -> known.merge(call.client(), fresh(seen, call), this::later));
    }

    private Known fresh(Call write, Call source) {
        Optional<Version> version =
                source.answer() instanceof Answer.Found found
                        ? found.version()
                        : key.versionOf(write.id());
        return new Known(write, source, version, source);
    }

    private Known later(Known before, Known now) {
        boolean newer = now.write().startNanos() > before.write().startNanos();
        boolean higher =
                now.version().isPresent()
                        && (before.version().isEmpty()
                                || key.order().compare(now.version().get(), before.version().get())
                                        > 0);
        return new Known(
                newer ? now.write() : before.write(),
                newer ? now.source() : before.source(),
                higher ? now.version() : before.version(),
                higher ? now.versionSource() : before.versionSource());
    }
}
