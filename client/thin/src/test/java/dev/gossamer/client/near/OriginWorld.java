package dev.gossamer.client.near;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.client.codec.Codec;
import dev.gossamer.client.metrics.ClientMetrics;
import dev.gossamer.protocol.KeyHash;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/**
 * One origin, one network and one client in one thread and virtual time: writes, reads, pushes,
 * questions, lost connections, restarts, and times in which another member writes what the origin
 * does not hear of. After every read of a copy it looks when the value was overwritten.
 */
final class OriginWorld {
    private static final int KEYS = 40;
    private static final int SLOTS = 8;
    private static final int LOG_MAX = 30;
    private static final long MILLI = 1_000_000;
    private static final MemberId ORIGIN = new MemberId(1);

    private record Logged(long sequence, boolean wholeSlot, int slot, long hash, Version version) {}

    /**
     * A read that the origin has begun: its position is taken.
     *
     * @param found the value's version, if it was looked up at once and waits for something; else
     *     it is looked up when the read ends
     */
    private record Begun(
            Asked asked, int key, Optional<Version> found, long incarnation, long sequence) {}

    private final SplittableRandom random;
    private final boolean proofs;
    private long now = 1_000_000_000L;
    private final NearCache cache =
            new NearCache(1 << 20, Runnable::run, ClientMetrics.NONE, () -> now, true);
    private final OriginStream stream = new OriginStream(cache);

    /** Per key the times of its writes; the version's clock is the place in the list. */
    private final List<List<Long>> writes = new ArrayList<>();

    private List<Logged> log = new ArrayList<>();
    private long[] lastOfSlot = new long[SLOTS];
    private long last;
    private long incarnation = 1;
    private boolean authority = true;

    private boolean connected;
    private boolean following;
    private BitSet interest = new BitSet();
    private long cursor;
    private long cursorLife;
    private final List<Begun> begun = new ArrayList<>();
    private final ArrayDeque<Runnable> toClient = new ArrayDeque<>();

    private int hits;
    private int stale;
    private int resumes;
    private int overruns;

    /**
     * @param proofs whether copies are read within the reader's bound only
     */
    OriginWorld(SplittableRandom random, boolean proofs) {
        this.random = random;
        this.proofs = proofs;
        for (int i = 0; i < KEYS; i++) {
            writes.add(new ArrayList<>(List.of(now)));
        }
    }

    int hits() {
        return hits;
    }

    int stale() {
        return stale;
    }

    int resumes() {
        return resumes;
    }

    int overruns() {
        return overruns;
    }

    private static byte[] key(int key) {
        return ("key" + key).getBytes(UTF_8);
    }

    void step() {
        now += random.nextLong(2 * MILLI);
        int dice = random.nextInt(1000);
        if (dice < 50) {
            write(random.nextInt(KEYS));
        } else if (dice < 200) {
            beginRead(random.nextInt(KEYS));
        } else if (dice < 350) {
            endRead();
        } else if (dice < 430) {
            pump();
        } else if (dice < 510) {
            question();
        } else if (dice < 830) {
            receive();
        } else if (dice < 980) {
            look(random.nextInt(KEYS));
        } else {
            misfortune();
        }
    }

    private void misfortune() {
        switch (random.nextInt(8)) {
            case 0 -> disconnect();
            case 1, 2, 3, 4 -> connect();
            case 5 -> burst();
            case 6 -> {
                if (!authority || random.nextInt(4) == 0) {
                    changeAuthority();
                }
            }
            default -> {
                if (random.nextInt(4) == 0) {
                    restart();
                }
            }
        }
    }

    private Version version(int key) {
        return new Version(1, writes.get(key).size(), ORIGIN);
    }

    private void write(int key) {
        writes.get(key).add(now);
        if (authority) {
            append(false, key % SLOTS, KeyHash.of(key(key)), version(key));
        }
    }

    private void append(boolean wholeSlot, int slot, long hash, Version version) {
        log.add(new Logged(++last, wholeSlot, slot, hash, version));
        lastOfSlot[slot] = last;
        if (log.size() > LOG_MAX) {
            log.remove(0);
        }
    }

    /** More than the log holds, in some of the slots. */
    private void burst() {
        int slots = 1 + random.nextInt(2);
        for (int i = 0; i < 2 * LOG_MAX; i++) {
            int slot = random.nextInt(slots);
            write(slot + SLOTS * random.nextInt(KEYS / SLOTS));
        }
    }

    /** What another wrote meanwhile is told, slot by slot, before authority is claimed again. */
    private void changeAuthority() {
        if (!authority) {
            Version all = new Version(2, Long.MAX_VALUE, ORIGIN);
            for (int slot = 0; slot < SLOTS; slot++) {
                append(true, slot, 0, all);
            }
        }
        authority = !authority;
    }

    /** The log begins anew, sometimes without the connection noticing. */
    private void restart() {
        if (random.nextBoolean()) {
            disconnect();
        }
        incarnation++;
        log = new ArrayList<>();
        lastOfSlot = new long[SLOTS];
        last = 0;
    }

    private void disconnect() {
        connected = false;
        following = false;
        toClient.clear();
        begun.clear();
    }

    private void connect() {
        if (connected) {
            return;
        }
        connected = true;
        Life life = stream.lifeOrNull();
        boolean sameLife = life != null && life.incarnation() == incarnation;
        interest = life == null ? new BitSet() : BitSet.valueOf(stream.interest());
        cursorLife = incarnation;
        cursor = sameLife && stream.heard() <= last ? stream.heard() : last;
        long from = cursor;
        long fromLife = incarnation;
        toClient.add(() -> {
            following = true;
            resumes += stream.followed(ORIGIN, fromLife, from, now) ? 1 : 0;
        });
    }

    private void beginRead(int key) {
        Asked asked = cache.asking(key(key), key % SLOTS, Codec.utf8());
        if (connected && authority) {
            interest.set(key % SLOTS);
            Optional<Version> found =
                    random.nextBoolean() ? Optional.of(version(key)) : Optional.empty();
            begun.add(new Begun(asked, key, found, incarnation, last));
        }
    }

    /** Of several reads under way some end sooner. */
    private void endRead() {
        if (begun.isEmpty()) {
            return;
        }
        Begun read = begun.remove(random.nextInt(begun.size()));
        if (!authority || read.incarnation() != incarnation) {
            return;
        }
        Copy copy =
                new Copy(
                        key(read.key()),
                        read.found().orElseGet(() -> version(read.key())),
                        ORIGIN,
                        read.incarnation(),
                        read.sequence(),
                        Optional.empty(),
                        OptionalLong.empty());
        toClient.add(() -> {
            if (following) {
                cache.keep(stream, read.asked(), copy);
            }
        });
    }

    private void pump() {
        if (!connected) {
            return;
        }
        if (cursorLife != incarnation) {
            cursorLife = incarnation;
            cursor = 0;
        }
        if (cursor < last && (log.isEmpty() || log.get(0).sequence() > cursor + 1)) {
            pushOverrun();
            return;
        }
        List<Logged> news =
                log.stream()
                        .filter(one -> one.sequence() > cursor && interest.get(one.slot()))
                        .toList();
        long life = incarnation;
        long upTo = last;
        cursor = last;
        if (!news.isEmpty()) {
            toClient.add(() -> {
                news.forEach(one -> tell(one, life));
                stream.heardUpTo(life, upTo, now);
            });
        }
    }

    private void tell(Logged one, long life) {
        if (one.wholeSlot()) {
            stream.invalidatedSlot(life, one.sequence(), one.slot(), now);
        } else {
            stream.invalidatedKey(life, one.sequence(), one.hash(), one.version(), now);
        }
    }

    private void pushOverrun() {
        BitSet changed = new BitSet();
        for (int slot = 0; slot < SLOTS; slot++) {
            changed.set(slot, lastOfSlot[slot] > cursor && interest.get(slot));
        }
        long life = incarnation;
        long upTo = last;
        cursor = last;
        toClient.add(() -> {
            overruns++;
            stream.overrun(life, upTo, changed, now);
        });
    }

    private void question() {
        if (!connected || !following) {
            return;
        }
        long asked = now;
        now += random.nextLong(MILLI);
        boolean proven = authority;
        pump();
        long life = incarnation;
        long upTo = cursor;
        toClient.add(() -> stream.watermark(life, upTo, proven, asked, now));
    }

    private void receive() {
        Runnable next = toClient.poll();
        if (next != null) {
            next.run();
        }
    }

    private void look(int key) {
        long bound = (1L << random.nextInt(9)) * MILLI;
        NearEntry found = cache.findOrNull(key(key), proofs ? bound : Long.MAX_VALUE);
        if (found == null) {
            return;
        }
        hits++;
        int seen = (int) found.copy().version().clock();
        boolean overwritten = seen < writes.get(key).size();
        long age = overwritten ? now - writes.get(key).get(seen) : 0;
        if (age >= bound) {
            stale++;
        }
        if (proofs) {
            assertThat(age).as("nanoseconds since it was overwritten").isLessThan(bound);
        }
    }
}
