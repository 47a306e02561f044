package dev.gossamer.membership.agreement;

import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Decrees that were read lately, by their bytes. Each comes to a member more than once: to be
 * accepted, when it is chosen, and from whoever answers; inflating and checking it is by far the
 * dearest thing that a message costs.
 *
 * <p>It keeps none alive: what is found here is what somebody holds anyway.
 *
 * <p><b>Threads.</b> Any; a decree that two read at once is read twice. <b>Bounds.</b> {@value
 * #KEPT_MAX}.
 */
final class RecentDecrees {
    private static final int KEPT_MAX = 16;

    private final AtomicReferenceArray<@Nullable WeakReference<Decree>> kept =
            new AtomicReferenceArray<>(KEPT_MAX);
    private final AtomicInteger reads = new AtomicInteger();

    /**
     * @throws IllegalArgumentException see {@link DecreeCodec}
     */
    Decree read(byte[] encoded) {
        for (int i = 0; i < KEPT_MAX; i++) {
            WeakReference<Decree> reference = kept.get(i);
            Decree known = reference == null ? null : reference.get();
            if (known != null && Arrays.equals(known.encoded(), encoded)) {
                return known;
            }
        }
        Decree read = DecreeCodec.decode(encoded);
        kept.set(Math.floorMod(reads.getAndIncrement(), KEPT_MAX), new WeakReference<>(read));
        return read;
    }
}
