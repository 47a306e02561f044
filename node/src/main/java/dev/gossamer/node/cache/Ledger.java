package dev.gossamer.node.cache;

import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Version;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/**
 * What was settled when the sides of a partition were merged, and which keys lost a version (C9).
 *
 * <p>Several members of one side may bring the same version of a key. It is looked at once: whether
 * it won or lost, a second bringer changes nothing, however the key was written since.
 *
 * <p><b>Threads.</b> Any. <b>Bound.</b> Bytes; the oldest goes first, and is counted.
 */
public final class Ledger {
    /** Measured: the versions, their records and their place in the map. */
    static final int OVERHEAD_BYTES = 256;

    private record Case(Bytes key, Version version) {
        int weight() {
            return OVERHEAD_BYTES + key.length();
        }
    }

    private final long bytesMax;

    /** By the version that lost. */
    private final Map<Case, Loss> losses = new LinkedHashMap<>();

    /** Versions that were brought and have won. */
    private final Set<Case> won = new LinkedHashSet<>();

    private long bytes;
    private final LongAdder lost = new LongAdder();
    private final LongAdder dropped = new LongAdder();

    Ledger(long bytesMax, MeterRegistry registry) {
        this.bytesMax = bytesMax;
        FunctionCounter.builder("gossamer.merge.losses", lost, LongAdder::sum)
                .description("Versions that lost when the sides of a partition were merged")
                .register(registry);
        FunctionCounter.builder("gossamer.ledger.dropped", dropped, LongAdder::sum)
                .description("Losses that left the ledger for want of room")
                .register(registry);
        Gauge.builder("gossamer.ledger.bytes", this, Ledger::bytes)
                .description("Bytes that the ledger of merges takes")
                .register(registry);
        Gauge.builder("gossamer.ledger.bytes.max", this, ledger -> ledger.bytesMax)
                .description("The bound of the ledger of merges")
                .register(registry);
    }

    /** Every key that lost a version, the oldest first, as far as there was room. */
    public synchronized List<Loss> losses() {
        return List.copyOf(losses.values());
    }

    /** Whether this version was brought before, and what has become of it is settled. */
    synchronized boolean isSettled(Bytes key, Version brought) {
        Case asked = new Case(key, brought);
        return won.contains(asked) || losses.containsKey(asked);
    }

    synchronized void won(Bytes key, Version brought) {
        Case added = new Case(key, brought);
        if (won.add(added)) {
            bytes += added.weight();
            makeRoom();
        }
    }

    synchronized void lost(Loss loss) {
        Case added = new Case(loss.key(), loss.lost());
        if (losses.putIfAbsent(added, loss) == null) {
            lost.increment();
            bytes += added.weight();
            makeRoom();
        }
    }

    /** What has won is no news, so it goes first. */
    private void makeRoom() {
        dropOldest(won);
        dropped.add(dropOldest(losses.keySet()));
    }

    private int dropOldest(Set<Case> cases) {
        int count = 0;
        for (Iterator<Case> oldest = cases.iterator(); bytes > bytesMax && oldest.hasNext(); ) {
            bytes -= oldest.next().weight();
            oldest.remove();
            count++;
        }
        return count;
    }

    /** The bytes that it takes. */
    synchronized long bytes() {
        return bytes;
    }
}
