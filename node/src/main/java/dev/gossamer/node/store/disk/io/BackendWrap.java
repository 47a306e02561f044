package dev.gossamer.node.store.disk.io;

/**
 * Puts something between the tier and its disk. Found on the class path by {@link
 * java.util.ServiceLoader}; the node brings none: this is where tests put disks that fail, also in
 * nodes that run as processes.
 */
public interface BackendWrap {

    /** The backend to use in place of this one, or this one. */
    Backend around(Backend backend);
}
