package dev.gossamer.client.session;

import dev.gossamer.protocol.OperationId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Stamp;
import dev.gossamer.protocol.Version;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.random.RandomGenerator;

/**
 * What one client has seen: per slot the highest epoch that an answer was given under, and per key
 * the highest version that was read or written. One client is one session: whatever one of its
 * threads or futures has been answered, no later call of any of them goes back behind.
 *
 * <p><b>Why two memories.</b> The epochs are complete but coarse: sent along with a request, they
 * keep members from answering that do not know yet what has happened since. The versions are exact
 * and bounded: they see through whatever else might go wrong, and through a change to the other
 * side of a partition, for the keys that there is room for.
 *
 * <p><b>Threads.</b> Calls are begun by any thread; answers are taken by the I/O thread alone.
 */
public final class Session {
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long MIX = 0x9E3779B97F4A7C15L;

    private final long client;
    private final long seed;
    private final AtomicLong sequence = new AtomicLong();
    private final AtomicLongArray epochs = new AtomicLongArray(Slot.COUNT);
    private final Sightings sightings;

    /**
     * @param bytesMax what the versions may take; the epochs take another 128 KiB
     */
    public Session(int bytesMax, RandomGenerator random) {
        this.client = random.nextLong();
        this.seed = random.nextLong();
        this.sightings = new Sightings(bytesMax);
    }

    /** The id of the next call that changes something. */
    public OperationId nextOperation() {
        return new OperationId(client, sequence.getAndIncrement());
    }

    /** The epoch that a slot's next answer must not be older than; 0 for any. */
    public long since(int slot) {
        return epochs.getOpaque(slot);
    }

    /** How this session knows a key. */
    public long hash(byte[] key) {
        long hash = seed ^ (key.length * MIX);
        int i = 0;
        for (; i + Long.BYTES <= key.length; i += Long.BYTES) {
            hash = mixed(hash ^ (long) LONGS.get(key, i));
        }
        long rest = 0;
        for (; i < key.length; i++) {
            rest = (rest << 8) | (key[i] & 0xff);
        }
        return mixed(hash ^ rest);
    }

    /** Both halves of a 128-bit product, folded, and folded again with another factor. */
    private static long mixed(long value) {
        long product = (value * MIX) ^ Math.multiplyHigh(value, MIX);
        return (product ^ (product >>> 29)) * 0xBF58476D1CE4E5B9L;
    }

    /**
     * Takes what was read, unless this session has seen something later.
     *
     * @return whether the program may see it: a miss always
     */
    public boolean read(int slot, long hash, Stamp stamp) {
        if (!stamp.version().equals(Version.NONE) && !sightings.saw(hash, stamp)) {
            return false;
        }
        raise(slot, stamp.epoch());
        return true;
    }

    /** Takes note of what was written. */
    public void wrote(int slot, long hash, Stamp stamp) {
        // The first answer to a call that was sent again may be older than what was read since.
        boolean unused = read(slot, hash, stamp);
    }

    private void raise(int slot, long epoch) {
        if (epoch > epochs.getPlain(slot)) {
            epochs.setOpaque(slot, epoch);
        }
    }

    /**
     * Begins anew, for the mesh did: on the I/O thread.
     *
     * <p>Epochs and versions of a mesh that has lost everything begin anew, and would all look old.
     */
    public void forget() {
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            epochs.setOpaque(slot, 0);
        }
        sightings.forget();
    }
}
