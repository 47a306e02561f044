package dev.gossamer.node.mesh;

import dev.gossamer.membership.agreement.AcceptorState;
import dev.gossamer.membership.agreement.AcceptorStore;

/**
 * The notary of a node whose entries are on a disk of its own.
 *
 * <p><b>Threads.</b> {@link #save} and {@link #keep} by one thread each at a time; both wait for
 * the disk.
 */
public final class DiskNotary implements Notary {
    private final AcceptorStore acceptor;
    private final PastFile past;
    private final boolean continues;
    private final Runnable flush;

    /**
     * @param continues whether the entries of the earlier run are here; without them what was
     *     written down of it means nothing
     * @param flush returns when all that was stored, replaced and dropped here before it was called
     *     will survive the loss of power; throws when it may not
     */
    public DiskNotary(AcceptorStore acceptor, PastFile past, boolean continues, Runnable flush) {
        this.acceptor = acceptor;
        this.past = past;
        this.continues = continues;
        this.flush = flush;
    }

    @Override
    public void save(AcceptorState state) {
        acceptor.save(state);
    }

    @Override
    public Past past() {
        return continues ? past.past() : Past.NONE;
    }

    @Override
    public void keep(Past next) {
        flush.run();
        past.save(next);
    }
}
