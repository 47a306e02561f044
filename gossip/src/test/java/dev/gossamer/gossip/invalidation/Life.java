package dev.gossamer.gossip.invalidation;

import dev.gossamer.gossip.invalidation.Dissemination.Effect;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One life of a simulated member: its machine, its clock, and all that it appended, for the checks.
 */
final class Life {
    /** One invalidation as it was appended, at this time of the origin's clock. */
    record Appended(Kind kind, int slot, long hash, Version version, long localNanos) {}

    /** How far it is with an origin, as its effects told. */
    record Heard(long incarnation, long from, long delivered) {}

    final MemberId id;
    final int index;
    final long bornNanos;
    final InvalidationLog log;
    final Dissemination machine;
    private final long offsetNanos;
    private final double speed;
    final List<Appended> appended = new ArrayList<>();
    final Map<MemberId, Heard> heard = new HashMap<>();
    private final Map<MemberId, Long> proven = new HashMap<>();
    Members view = Members.of(List.of());
    boolean alive = true;
    boolean grew;
    long wakeNanos = -1;
    long authorityUntil;
    int overrunsOfSome;

    /** The incarnations of this life: more than one when it met its own past. */
    final List<Long> incarnations = new ArrayList<>();

    Life(
            int index,
            MemberId id,
            long incarnation,
            long bornNanos,
            long offsetNanos,
            double speed,
            Mesh.Sizes sizes,
            java.util.random.RandomGenerator random) {
        this.index = index;
        this.id = id;
        this.bornNanos = bornNanos;
        this.offsetNanos = offsetNanos;
        this.speed = speed;
        this.log = new InvalidationLog(id, incarnation, sizes.logBytes(), () -> grew = true);
        this.machine = new Dissemination(log, sizes.settings(), random);
        this.incarnations.add(incarnation);
    }

    /** What this life's clock shows at a moment of the simulation. */
    long local(long nanos) {
        return offsetNanos + (long) ((nanos - bornNanos) * speed);
    }

    /** The first moment of the simulation at which this life's clock shows at least this. */
    long global(long local) {
        long guess = bornNanos + (long) ((local - offsetNanos) / speed) - 2;
        while (local(guess) < local) {
            guess++;
        }
        return guess;
    }

    void append(Kind kind, int slot, long hash, Version version, long nanos) {
        log.append(kind, slot, hash, version);
        appended.add(new Appended(kind, slot, hash, version, local(nanos)));
    }

    /** How old what it knows of an origin is at most, as its watermarks said. */
    long ageOf(MemberId origin, long nanos) {
        long bound = proven.getOrDefault(origin, ProvableAge.UNKNOWN);
        return ProvableAge.ageNanos(bound, local(nanos));
    }

    /** Holds what the machine tells against what the origins did. */
    void check(Effect effect, Mesh mesh, long nanos) {
        switch (effect) {
            case Effect.Deliver(var origin, var life, var batch) ->
                    deliver(mesh, origin, life, batch);
            case Effect.Overrun overrun -> overrun(mesh, overrun);
            case Effect.Watermark mark -> watermark(mesh, mark, nanos);
            case Effect.Renewed(var incarnation) -> {
                incarnations.add(incarnation);
                appended.clear();
            }
            case Effect.Rejected(var from, var why) ->
                    throw new AssertionError(id + " rejected a message of " + from + ": " + why);
            case Effect.Send(var to, var payload) -> {
                if (to.equals(id) || payload.length > mesh.sizes().settings().messageBytesMax()) {
                    throw new AssertionError(payload.length + " bytes to " + to);
                }
            }
            case Effect.WakeAt _ -> {}
        }
    }

    private void deliver(Mesh mesh, MemberId origin, long incarnation, Invalidations batch) {
        Heard before = heard.get(origin);
        if (before == null
                || before.incarnation() != incarnation
                || before.delivered() + 1 != batch.first()) {
            throw new AssertionError(id + " after " + before + " is told " + batch);
        }
        Life life = mesh.lifeOrNull(origin, incarnation);
        for (int i = 0; life != null && i < batch.count(); i++) {
            Appended truth = life.appended.get((int) batch.first() - 1 + i);
            if (truth.kind() != batch.kind(i)
                    || truth.slot() != batch.slot(i)
                    || truth.hash() != batch.hash(i)
                    || !truth.version().equals(batch.version(i))) {
                throw new AssertionError("not what was appended: " + truth);
            }
        }
        heard.put(origin, new Heard(incarnation, before.from(), batch.last()));
    }

    private void overrun(Mesh mesh, Effect.Overrun overrun) {
        Heard before = heard.get(overrun.origin());
        boolean goesOn = before != null && before.incarnation() == overrun.incarnation();
        long from = goesOn ? before.from() : overrun.sequence();
        if (before != null && before.incarnation() > overrun.incarnation()) {
            throw new AssertionError(id + " goes back to an earlier life: " + overrun);
        }
        heard.put(overrun.origin(), new Heard(overrun.incarnation(), from, overrun.sequence()));
        Life life = mesh.lifeOrNull(overrun.origin(), overrun.incarnation());
        if (goesOn && life != null && !overrun.slots().equals(SlotSet.ALL)) {
            overrunsOfSome++;
            slotsAreThoseThatChanged(life, before, overrun);
        }
    }

    private static void slotsAreThoseThatChanged(Life life, Heard before, Effect.Overrun overrun) {
        boolean[] changed = new boolean[dev.gossamer.protocol.Slot.COUNT];
        for (long sequence = before.from() + 1; sequence <= overrun.sequence(); sequence++) {
            int slot = life.appended.get((int) sequence - 1).slot();
            changed[slot] = true;
            if (sequence > before.delivered() && !overrun.slots().contains(slot)) {
                throw new AssertionError(
                        "slot " + slot + " changed at " + sequence + ": " + overrun);
            }
        }
        overrun.slots()
                .forEach(slot -> {
                    if (!changed[slot]) {
                        throw new AssertionError("slot " + slot + " did not change: " + overrun);
                    }
                });
    }

    private void watermark(Mesh mesh, Effect.Watermark mark, long nanos) {
        proven.put(mark.origin(), mark.provenNanos());
        Heard known = heard.get(mark.origin());
        if (known == null
                || known.incarnation() != mark.incarnation()
                || mark.sequence() > known.delivered()) {
            throw new AssertionError(id + " knows " + known + " and is told " + mark);
        }
        if (!view.contains(mark.origin())) {
            throw new AssertionError(mark.origin() + " has left: " + mark);
        }
        Life life = mesh.lifeOrNull(mark.origin(), mark.incarnation());
        if (life == null) {
            return;
        }
        if (mark.originNanos() >= life.authorityUntil) {
            throw new AssertionError("no authority at that time: " + mark);
        }
        if (life.appended.size() > mark.sequence()
                && life.appended.get((int) mark.sequence()).localNanos() < mark.originNanos()) {
            throw new AssertionError("something else was appended before: " + mark);
        }
        long here = local(life.global(mark.originNanos()));
        if (mark.provenNanos() != ProvableAge.UNKNOWN && mark.provenNanos() > here) {
            throw new AssertionError("it was " + here + " here then: " + mark + " at " + nanos);
        }
    }
}
