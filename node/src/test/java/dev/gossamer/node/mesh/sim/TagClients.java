package dev.gossamer.node.mesh.sim;

import dev.gossamer.node.mesh.sim.Call.Kind;
import dev.gossamer.node.mesh.sim.Call.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Callers who write values that depend on tags, invalidate the tags, and read; each has one call at
 * a time. Their keys are of a consistent cache and nobody else's.
 *
 * <p>What must hold (C6, C8): a read that begins after an invalidation was acknowledged finds no
 * value that was acknowledged before the invalidation began; and it finds a value, where one was
 * written after every invalidation that was asked for.
 */
final class TagClients {
    private static final int CLIENTS = 2;
    private static final int TAGS = 2;
    private static final int KEYS = 6;
    private static final long MILLI = 1_000_000;
    private static final long THINK_MAX = 80 * MILLI;
    private static final long READ_PATIENCE = 8_000 * MILLI;

    private final World world;
    private final Hosts hosts;
    private final Clients clients;
    private final List<Call> history = new ArrayList<>();
    private long untilNanos;
    private int values;

    TagClients(World world, Hosts hosts, Clients clients) {
        this.world = world;
        this.hosts = hosts;
        this.clients = clients;
    }

    private static String key(int number) {
        return Clients.CONSISTENT_CACHE + ":tagged" + number;
    }

    /** What the values of a key depend on. */
    static String tagOf(String key) {
        return tag(key.charAt(key.length() - 1) % TAGS);
    }

    private static String tag(int number) {
        return "tag" + number;
    }

    void start(long until) {
        untilNanos = until;
        for (int client = 1; client <= CLIENTS; client++) {
            next(client);
        }
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
        int dice = world.random().nextInt(100);
        Kind kind = dice < 45 ? Kind.GET : dice < 85 ? Kind.PUT_TAGGED : Kind.INVALIDATE;
        String name =
                kind == Kind.INVALIDATE
                        ? tag(world.random().nextInt(TAGS))
                        : key(world.random().nextInt(KEYS));
        issue(
                new Call(-client, kind, name, "t" + values++, at.number(), world.nowNanos()),
                at,
                () -> next(client));
    }

    private void issue(Call call, SimProcess at, Runnable then) {
        history.add(call);
        clients.issue(call, at, then);
    }

    /** Each key through each member. */
    void readEverything() {
        List<Call> reads = new ArrayList<>();
        for (SimProcess process : hosts.running()) {
            for (int number = 0; number < KEYS; number++) {
                Call read =
                        new Call(0, Kind.GET, key(number), "", process.number(), world.nowNanos());
                reads.add(read);
                issue(read, process, () -> {});
            }
        }
        world.runUntil(world.nowNanos() + READ_PATIENCE);
        for (Call read : reads) {
            if (!world.isOver() && read.status != Status.OK) {
                throw new AssertionError("a read failed in a whole mesh: " + read);
            }
        }
    }

    void check() {
        if (world.isOver()) {
            return;
        }
        Map<String, Call> byValue = new HashMap<>();
        history.stream()
                .filter(call -> call.kind == Kind.PUT_TAGGED)
                .forEach(call -> byValue.put(call.argument, call));
        for (Call read : history) {
            if (read.kind == Kind.GET && read.status == Status.OK) {
                check(read, read.found == null ? null : byValue.get(read.found));
            }
        }
    }

    private void check(Call read, @Nullable Call write) {
        List<Call> invalidations =
                history.stream()
                        .filter(call -> call.kind == Kind.INVALIDATE)
                        .filter(call -> call.key.equals(tagOf(read.key)))
                        .filter(call -> call.startNanos < read.endNanos)
                        .toList();
        if (write != null) {
            notInvalidatedBetween(read, write, invalidations);
        } else {
            rightlyAbsent(read, invalidations);
        }
    }

    private static void notInvalidatedBetween(Call read, Call write, List<Call> invalidations) {
        for (Call each : invalidations) {
            if (each.status == Status.OK
                    && write.status == Status.OK
                    && write.endNanos < each.startNanos
                    && each.endNanos < read.startNanos) {
                throw failure(
                        "a value was read whose tag was invalidated (C6)",
                        List.of(write, each, read));
            }
        }
    }

    private void rightlyAbsent(Call read, List<Call> invalidations) {
        for (Call write : history) {
            boolean before =
                    write.kind == Kind.PUT_TAGGED
                            && write.key.equals(read.key)
                            && write.status == Status.OK
                            && write.startNanos > clients.lostNanos()
                            && write.endNanos < read.startNanos;
            if (before
                    && invalidations.stream()
                            .allMatch(each ->
                                    each.status == Status.OK && each.endNanos < write.startNanos)) {
                throw failure(
                        "a value is absent whose tag was not invalidated since",
                        List.of(write, read));
            }
        }
    }

    private static AssertionError failure(String what, List<Call> calls) {
        return new AssertionError(
                what
                        + ":\n  "
                        + calls.stream().map(Call::toString).collect(Collectors.joining("\n  ")));
    }
}
