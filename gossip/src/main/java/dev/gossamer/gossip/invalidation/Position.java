package dev.gossamer.gossip.invalidation;

/**
 * A place in an origin's log: everything of this life up to this sequence.
 *
 * @param incarnation which life of the origin; a later one voids all earlier ones
 * @param sequence of the last invalidation; 0 before the first
 */
public record Position(long incarnation, long sequence) {}
