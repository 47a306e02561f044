package dev.gossamer.node.cache;

import java.util.Optional;

/**
 * What became of a version that another side of a partition had.
 *
 * @param stored whether it is what stands now, and has to be replicated
 * @param loss the version that lost, if both sides had written the key
 */
public record Merged(boolean stored, Optional<Loss> loss) {}
