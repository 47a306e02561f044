package dev.gossamer.gossip.invalidation;

import dev.gossamer.gossip.invalidation.Dissemination.Effect;
import dev.gossamer.protocol.MemberId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures how news spreads in a mesh of any size: a few members write one invalidation at a time,
 * everyone's machine is the real one. One network delay is 1 ms on average, between 0.5 and 1.5.
 */
final class Scale {
    private static final long MS = Mesh.MS;
    private static final long WARM_UP_NANOS = 4_000 * MS;
    private static final long DEAD_NANOS = 1_500 * MS;
    private static final long CHURN_NANOS = 200 * MS;

    /**
     * What is measured.
     *
     * @param writers how many members are primaries, send heartbeats, and write in turn
     */
    record Setting(
            long seed,
            int members,
            int writers,
            double loss,
            boolean churn,
            int invalidations,
            long everyNanos,
            DisseminationSettings settings) {}

    /**
     * What came out; all per invalidation. Milliseconds are network delays.
     *
     * @param missed members that stayed and never heard of it; must be 0
     * @param payloads messages with invalidations, sent per member
     * @param payloadBytes in them, per member
     * @param notes messages without, of those that say how far one is, per member
     * @param repairs questions and answers, per member
     * @param quietBytes bytes of all other messages per member and second
     * @param messages of all kinds per member and second
     * @param heapBytes of this process after all, per member
     */
    record Result(
            double memberMedian,
            double member99,
            double allMedian,
            double all99,
            int missed,
            double payloads,
            double payloadBytes,
            double notes,
            double repairs,
            double quietBytes,
            double messages,
            double heapBytes) {}

    private final Setting setting;
    private final Mesh mesh;
    private final Map<Place, Invalidated> invalidated = new LinkedHashMap<>();
    private boolean counting;
    private long payloads;
    private long payloadBytes;
    private long notes;
    private long repairs;
    private long quietBytes;
    private long messages;

    /** One invalidation, and when each member heard of it; 0 for not. */
    private record Invalidated(MemberId origin, long nanos, long[] heardNanos) {}

    private record Place(MemberId origin, long sequence) {}

    Scale(Setting setting) {
        this.setting = setting;
        this.mesh =
                new Mesh(
                        setting.seed(),
                        setting.members(),
                        new Mesh.Sizes(1024 * 1024, setting.settings()),
                        new Mesh.Network(setting.loss(), 0, MS / 2, 3 * MS / 2));
        mesh.measure(this::sent, this::told);
    }

    private void sent(Mesh.Sent message) {
        if (!counting) {
            return;
        }
        boolean payload = false;
        boolean repair = false;
        boolean note = false;
        for (Section section : decode(message.payload())) {
            boolean news =
                    section instanceof Section.News(_, _, _, _, var entries) && entries != null;
            payload |= news;
            repair |= news && ((Section.News) section).endOrNull() == null;
            repair |= section instanceof Section.Ask || section instanceof Section.Lack;
            note |= section instanceof Section.Have(_, _, _, var tellMe) && !tellMe;
        }
        messages++;
        payloads += payload ? 1 : 0;
        payloadBytes += payload ? message.payload().length : 0;
        repairs += repair ? 1 : 0;
        notes += note && !payload ? 1 : 0;
        quietBytes += payload ? 0 : message.payload().length;
    }

    private static List<Section> decode(byte[] payload) {
        try {
            return Wire.decode(payload);
        } catch (MalformedException e) {
            throw new AssertionError(e);
        }
    }

    private void told(Mesh.Told told) {
        if (!(told.effect() instanceof Effect.Deliver(var origin, _, var batch))) {
            return;
        }
        for (int i = 0; i < batch.count(); i++) {
            Invalidated one = invalidated.get(new Place(origin, batch.first() + i));
            if (one != null) {
                one.heardNanos()[told.to().index] = told.nanos();
            }
        }
    }

    Result run() {
        for (int i = 0; i < setting.writers(); i++) {
            mesh.authorize(i, Long.MAX_VALUE / 4);
            mesh.append(i, 1);
        }
        mesh.run(WARM_UP_NANOS);
        if (setting.churn()) {
            churn();
        }
        counting = true;
        long start = mesh.nanos();
        for (int i = 0; i < setting.invalidations(); i++) {
            invalidate(i % setting.writers());
            mesh.run(setting.everyNanos());
        }
        counting = false;
        double seconds = (mesh.nanos() - start) / 1e9;
        mesh.run(1_000 * MS);
        return result(seconds);
    }

    private void invalidate(int writer) {
        Life life = mesh.life(writer);
        long sequence = life.log.position().sequence() + 1;
        invalidated.put(
                new Place(life.id, sequence),
                new Invalidated(life.id, mesh.nanos(), new long[setting.members()]));
        mesh.append(writer, 1);
    }

    /** Every 200 ms one member dies, which all notice 1.5 s later, and lives again. */
    private void churn() {
        int victim = mesh.random().nextInt(setting.writers(), setting.members());
        mesh.life(victim).alive = false;
        mesh.at(mesh.nanos() + DEAD_NANOS, () -> view(victim, false));
        mesh.at(mesh.nanos() + DEAD_NANOS + 200 * MS, () -> view(victim, true));
        mesh.at(mesh.nanos() + CHURN_NANOS, this::churn);
    }

    private void view(int index, boolean present) {
        if (present) {
            mesh.start(index, mesh.nanos());
        }
        Members members =
                Members.of(
                        mesh.ids().stream()
                                .filter(id -> present || !id.equals(mesh.ids().get(index)))
                                .filter(id -> mesh.lifeOf(id).alive)
                                .toList());
        for (int i = 0; i < setting.members(); i++) {
            int each = i;
            long when = mesh.nanos() + mesh.random().nextLong(20 * MS);
            mesh.at(
                    when,
                    () -> {
                        if (mesh.life(each).alive) {
                            mesh.view(each, members);
                        }
                    });
        }
    }

    private Result result(double seconds) {
        List<Double> each = new ArrayList<>();
        List<Double> all = new ArrayList<>();
        int missed = 0;
        for (Invalidated one : invalidated.values()) {
            double last = 0;
            for (int i = 0; i < setting.members(); i++) {
                Life life = mesh.life(i);
                boolean stayed = life.alive && life.bornNanos <= one.nanos() - 1_000 * MS;
                if (stayed) {
                    double ms = (one.heardNanos()[i] - one.nanos()) / (double) MS;
                    if (!life.id.equals(one.origin()) && ms >= 0) {
                        each.add(ms);
                        last = Math.max(last, ms);
                    } else if (!life.id.equals(one.origin())) {
                        missed++;
                    }
                }
            }
            all.add(last);
        }
        double per = (double) setting.members() * setting.invalidations();
        return new Result(
                percentile(each, 0.5),
                percentile(each, 0.99),
                percentile(all, 0.5),
                percentile(all, 0.99),
                missed,
                payloads / per,
                payloadBytes / per,
                notes / per,
                repairs / per,
                quietBytes / seconds / setting.members(),
                messages / seconds / setting.members(),
                heapBytes() / setting.members());
    }

    private static double percentile(List<Double> values, double part) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted[(int) Math.min(sorted.length - 1, Math.ceil(part * sorted.length))];
    }

    private static double heapBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    static String heading() {
        return """
        | members | primaries | loss | churn | each: median | p99 | all: median | p99 | missed | payload messages | payload bytes | notes | repairs | other bytes/s | messages/s | heap KiB |
        | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
        """;
    }

    static String row(Setting setting, Result result) {
        return "| %,d | %,d | %.0f %% | %s | %.1f | %.1f | %.1f | %.1f | %d | %.2f | %.0f | %.2f | %.3f | %,.0f | %,.0f | %.1f |%n"
                .formatted(
                        setting.members(),
                        setting.writers(),
                        setting.loss() * 100,
                        setting.churn() ? "yes" : "no",
                        result.memberMedian(),
                        result.member99(),
                        result.allMedian(),
                        result.all99(),
                        result.missed(),
                        result.payloads(),
                        result.payloadBytes(),
                        result.notes(),
                        result.repairs(),
                        result.quietBytes(),
                        result.messages(),
                        result.heapBytes() / 1024);
    }
}
