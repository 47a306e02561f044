package dev.gossamer.node.mesh.sim;

import dev.gossamer.node.cache.Operation;
import dev.gossamer.protocol.Bytes;
import java.util.List;
import java.util.Objects;

/**
 * Callers who load what is missing: they take a lease through one member, load for a while, mostly
 * shorter and sometimes longer than the lease lasts, and fill through any member.
 */
final class Loaders {
    private static final long MILLI = 1_000_000;
    private static final int COUNT = 2;
    private static final long THINK_MAX = 150 * MILLI;
    private static final long TIMEOUT_MILLIS = 600;
    private static final long LOAD_MAX = 1_000 * MILLI;

    /** Among the other clients' numbers. */
    private static final int FIRST = 90;

    private final World world;
    private final Hosts hosts;
    private final Setup setup;
    private final Clients clients;
    private long untilNanos;

    Loaders(World world, Hosts hosts, Setup setup, Clients clients) {
        this.world = world;
        this.hosts = hosts;
        this.setup = setup;
        this.clients = clients;
    }

    void start(long until) {
        untilNanos = until;
        for (int client = FIRST; client < FIRST + COUNT; client++) {
            next(client);
        }
    }

    private void next(int client) {
        after(client, world.between(0, THINK_MAX), () -> take(client));
    }

    private void after(int client, long nanos, Runnable work) {
        world.after(
                nanos,
                () -> {
                    if (world.nowNanos() >= untilNanos) {
                        return;
                    }
                    if (hosts.running().isEmpty()) {
                        next(client);
                    } else {
                        work.run();
                    }
                });
    }

    private void take(int client) {
        String key = Clients.key(world.random().nextInt(setup.keys()));
        SimProcess at = some();
        Call take = new Call(client, Call.Kind.TAKE, key, "", at.number(), world.nowNanos());
        clients.call(take, at, () -> taken(client, take));
    }

    private SimProcess some() {
        List<SimProcess> running = hosts.running();
        return running.get(world.random().nextInt(running.size()));
    }

    private void taken(int client, Call take) {
        if (take.token == null) {
            next(client);
        } else {
            long load = world.between(0, world.chance(0.7) ? LOAD_MAX / 5 : LOAD_MAX);
            after(client, load, () -> end(client, take));
        }
    }

    private void end(int client, Call take) {
        boolean loaded = world.chance(0.9);
        SimProcess at = some();
        Call end =
                new Call(
                        client,
                        loaded ? Call.Kind.FILL : Call.Kind.DROP,
                        take.key,
                        loaded ? clients.newValue(client) : "",
                        at.number(),
                        world.nowNanos());
        end.lease = take;
        clients.call(end, at, () -> next(client));
    }

    /** What a call on a lease asks the mesh for. */
    static Operation operation(Call call) {
        Bytes key = Bytes.utf8(call.key);
        if (call.kind == Call.Kind.TAKE) {
            return new Operation.TakeLease(key, TIMEOUT_MILLIS, 0);
        }
        var token = Objects.requireNonNull(Objects.requireNonNull(call.lease).token);
        return call.kind == Call.Kind.DROP
                ? new Operation.EndLease(key, token, 0)
                : new Operation.Fill(
                        key, Bytes.utf8(call.argument).array(), Operation.Expiry.NONE, token);
    }
}
