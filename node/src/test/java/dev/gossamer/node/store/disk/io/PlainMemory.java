package dev.gossamer.node.store.disk.io;

/** Memory in places, on a machine that says it has locked what it was asked to lock. */
public final class PlainMemory {
    private PlainMemory() {}

    public static LockedMemory of(long bytesMax, int placeBytes) {
        return new LockedMemory(bytesMax, placeBytes, _ -> 0);
    }
}
