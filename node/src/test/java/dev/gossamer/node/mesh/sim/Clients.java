package dev.gossamer.node.mesh.sim;

import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.mesh.Invalidation;
import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.Version;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Callers outside the mesh, each with one call at a time, and what they saw. */
final class Clients {
    static final String CONSISTENT_CACHE = "strict";
    private static final long MILLI = 1_000_000;
    private static final long THINK_MAX = 45 * MILLI;
    private static final long PATIENCE = 6_000 * MILLI;
    private static final long WAY_MAX = MILLI;
    private static final long CRASH_NOTICE = 20 * MILLI;

    private final World world;
    private final Hosts hosts;
    private final Setup setup;
    private final List<Call> history = new ArrayList<>();
    private long untilNanos;
    private long lostNanos = -1;
    private int values;

    Clients(World world, Hosts hosts, Setup setup) {
        this.world = world;
        this.hosts = hosts;
        this.setup = setup;
    }

    List<Call> history() {
        return history;
    }

    /**
     * As if somebody had removed every key, and perhaps not: what is lost is a miss, ever after.
     */
    void everythingIsLost() {
        lostNanos = world.nowNanos();
        for (int number = 0; number < setup.keys(); number++) {
            Call loss = new Call(0, Call.Kind.REMOVE, key(number), "", 0, lostNanos);
            loss.status = Call.Status.UNKNOWN;
            loss.note = "the power failed";
            history.add(loss);
        }
    }

    /** When everything was lost last; before the beginning if it never was. */
    long lostNanos() {
        return lostNanos;
    }

    static String key(int number) {
        return (number % 2 == 0 ? CONSISTENT_CACHE + ":k" : "k") + number;
    }

    static boolean isConsistent(String key) {
        return key.startsWith(CONSISTENT_CACHE + ":");
    }

    void start(long until) {
        untilNanos = until;
        for (int client = 1; client <= setup.clients(); client++) {
            next(client);
        }
        new Loaders(world, hosts, setup, this).start(until);
    }

    private void next(int client) {
        world.after(
                world.between(0, THINK_MAX),
                () -> {
                    if (world.nowNanos() < untilNanos) {
                        call(client);
                    }
                });
    }

    private void call(int client) {
        List<SimProcess> running = hosts.running();
        if (running.isEmpty()) {
            next(client);
            return;
        }
        SimProcess at = running.get(world.random().nextInt(running.size()));
        int dice = world.random().nextInt(140);
        Call.Kind kind =
                dice < 45
                        ? Call.Kind.GET
                        : dice < 75
                                ? Call.Kind.PUT
                                : dice < 90
                                        ? Call.Kind.APPEND
                                        : dice < 100 ? Call.Kind.REMOVE : Call.Kind.NEAR;
        String key = key(world.random().nextInt(setup.keys()));
        String argument = newValue(client);
        Call call = new Call(client, kind, key, argument, at.number(), world.nowNanos());
        call.boundNanos = world.between(50, 1_000) * MILLI;
        history.add(call);
        issue(call, at, () -> next(client));
    }

    /** A read of the latest value through one member; for the end of a run. */
    Call read(String key, SimProcess at) {
        return call(Call.Kind.GET, key, "", at);
    }

    /** One call of a client that hears of its end. */
    void call(Call call, SimProcess at, Runnable then) {
        history.add(call);
        issue(call, at, then);
    }

    /** What nobody else writes. */
    String newValue(int client) {
        return "c" + client + "." + values++ + ";";
    }

    /** A read that a near copy may answer. */
    Call near(String key, long boundNanos, SimProcess at) {
        Call call = new Call(0, Call.Kind.NEAR, key, "", at.number(), world.nowNanos());
        call.boundNanos = boundNanos;
        history.add(call);
        issue(call, at, () -> {});
        return call;
    }

    /** One call through one member. */
    Call call(Call.Kind kind, String key, String argument, SimProcess at) {
        Call call = new Call(0, kind, key, argument, at.number(), world.nowNanos());
        history.add(call);
        issue(call, at, () -> {});
        return call;
    }

    void issue(Call call, SimProcess at, Runnable then) {
        Answer answer = new Answer(call, then);
        world.after(PATIENCE, () -> answer.end(Call.Status.UNKNOWN, "no answer in time"));
        world.after(
                world.between(0, WAY_MAX),
                () -> {
                    if (!at.life().isAlive()) {
                        answer.end(Call.Status.REFUSED, "connection refused");
                    } else {
                        watch(at, answer);
                        SimLane lane = at.lanes().some();
                        at.life().run(lane, () -> send(call, at, answer));
                    }
                });
    }

    /** The client's connection breaks with the process. */
    private void watch(SimProcess at, Answer answer) {
        world.after(
                CRASH_NOTICE,
                () -> {
                    if (answer.isOver()) {
                        return;
                    }
                    if (at.life().isAlive()) {
                        watch(at, answer);
                    } else {
                        answer.end(Call.Status.UNKNOWN, "connection reset");
                    }
                });
    }

    private static void send(Call call, SimProcess at, Answer answer) {
        Mesh mesh = at.node();
        Bytes key = Bytes.utf8(call.key);
        if (call.kind == Call.Kind.GET && readsPastEverything(at, key)) {
            answer.found(at.keyspace().findOrNull(key));
            return;
        }
        byte[] argument = Bytes.utf8(call.argument).array();
        switch (call.kind) {
            case GET -> mesh.read(key, Freshness.LATEST, answer.reading());
            case NEAR -> {
                Freshness within = new Freshness.Within(Duration.ofNanos(call.boundNanos));
                mesh.read(key, at.hosts().bugs().asked(within), answer.reading());
            }
            case PUT ->
                    mesh.write(
                            new Operation.Put(
                                    key,
                                    argument,
                                    Operation.Expiry.NONE,
                                    Operation.Condition.ALWAYS,
                                    false),
                            answer.writing());
            case PUT_TAGGED -> {
                long[] tags = mesh.tagsOf(key, List.of(Bytes.utf8(TagClients.tagOf(call.key))));
                var put =
                        new Operation.Put(
                                key,
                                argument,
                                Operation.Expiry.NONE,
                                Operation.Condition.ALWAYS,
                                false,
                                tags);
                mesh.write(put, answer.writing());
            }
            case INVALIDATE -> {
                var tag = new Invalidation.Tag(CONSISTENT_CACHE, key);
                var _ = mesh.invalidate(tag).whenComplete(answer::invalidated);
            }
            case APPEND -> mesh.write(new Operation.Append(key, argument), answer.writing());
            case REMOVE ->
                    mesh.write(
                            new Operation.Remove(key, Operation.Condition.ALWAYS, false),
                            answer.writing());
            case TAKE, FILL, DROP -> mesh.write(Loaders.operation(call), answer.writing());
        }
    }

    private static boolean readsPastEverything(SimProcess at, Bytes key) {
        Topology topology = at.node().topology();
        return at.hosts().bugs().is(Bugs.Bug.READS_PAST_EVERYTHING)
                && !topology.isEmpty()
                && topology.primary(key.slotIndex()).equals(at.member());
    }

    private final class Answer {
        private final Call call;
        private final Runnable then;

        Answer(Call call, Runnable then) {
            this.call = call;
            this.then = then;
        }

        boolean isOver() {
            return call.status != Call.Status.OPEN;
        }

        void end(Call.Status status, String note) {
            if (isOver()) {
                return;
            }
            call.status = status;
            call.note = note;
            call.endNanos = world.nowNanos();
            world.note(call.member, "call", call);
            then.run();
        }

        private void later(Runnable work) {
            world.after(world.between(0, WAY_MAX), work);
        }

        Mesh.Callback<Mesh.Read> reading() {
            return new Mesh.Callback<>() {
                @Override
                public void done(Mesh.Read answer) {
                    call.note = answer.tier() + " of " + answer.origin().name();
                    later(() -> found(answer.entry()));
                }

                @Override
                public void failed(ErrorCode code, String message) {
                    later(() -> end(Call.Status.REFUSED, code + " " + message));
                }
            };
        }

        private void found(@Nullable Entry entry) {
            if (entry != null && !isOver()) {
                call.found = Bytes.wrap(entry.value()).toUtf8();
                call.version = entry.version();
            }
            end(Call.Status.OK, call.note);
        }

        Mesh.Callback<Outcome> writing() {
            return new Mesh.Callback<>() {
                @Override
                public void done(Outcome outcome) {
                    if (outcome instanceof Outcome.Applied applied
                            && !applied.version().equals(Version.NONE)) {
                        hosts.logs().acknowledged(Bytes.utf8(call.key), applied.version());
                    }
                    later(() -> written(outcome));
                }

                @Override
                public void failed(ErrorCode code, String message) {
                    later(() -> end(statusOf(code), code + " " + message));
                }
            };
        }

        private void invalidated(Invalidation.@Nullable Done done, @Nullable Throwable failure) {
            if (failure == null) {
                later(() -> end(Call.Status.OK, ""));
            } else {
                later(() -> end(Call.Status.UNKNOWN, String.valueOf(failure.getMessage())));
            }
        }

        private void written(Outcome outcome) {
            switch (outcome) {
                case Outcome.Applied applied -> {
                    if (!isOver()) {
                        call.version = applied.version();
                        call.length = applied.number();
                    }
                    end(Call.Status.OK, "");
                }
                case Outcome.Unchanged _ -> end(Call.Status.OK, "unchanged");
                case Outcome.Leased leased -> {
                    if (!isOver() && leased.state() == Outcome.Leased.State.LOAD) {
                        call.token = leased.token();
                    }
                    found(leased.entry());
                }
                case Outcome.Refused(var code, var message) ->
                        end(Call.Status.REFUSED, code + " " + message);
            }
        }
    }

    /** What a failed write leaves open. */
    private static Call.Status statusOf(ErrorCode code) {
        return switch (code) {
            case TIMEOUT, NOREPLICAS, UNREACHABLE, INTERNAL -> Call.Status.UNKNOWN;
            default -> Call.Status.REFUSED;
        };
    }
}
