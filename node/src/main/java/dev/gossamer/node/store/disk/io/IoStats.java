package dev.gossamer.node.store.disk.io;

/**
 * A backend's state and counts at an instant; each figure by itself, not all at one moment.
 *
 * @param pending operations asked for and not yet ended
 * @param pendingBytes what they are charged
 * @param done operations that worked
 * @param failed operations that did not
 * @param refused operations that found too much waiting
 * @param readNowHits reads that the page cache answered
 * @param readNowMisses reads that it could not
 */
public record IoStats(
        long pending,
        long pendingBytes,
        long done,
        long failed,
        long refused,
        long readNowHits,
        long readNowMisses) {}
