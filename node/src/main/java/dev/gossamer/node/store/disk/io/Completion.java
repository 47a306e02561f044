package dev.gossamer.node.store.disk.io;

/**
 * What happens when an operation on a {@link DiskFile} has ended: exactly one of the two, once.
 *
 * <p><b>Threads.</b> Called on an event loop or on a virtual thread, never inside the call that
 * asked for the operation. It must not block. What it throws is logged and goes no further.
 */
public interface Completion {

    /** All bytes were moved, or all that had been written is on the device. */
    void done();

    /**
     * It did not work; of a read's buffer or a write's range any part may have been moved.
     *
     * @param why says which file and place
     */
    void failed(DiskException why);
}
