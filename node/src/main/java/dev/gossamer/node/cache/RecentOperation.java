package dev.gossamer.node.cache;

import dev.gossamer.protocol.OperationId;

/**
 * An operation that was applied lately, and what its caller was told or would have been.
 *
 * @param outcome the first one; a repeated call gets it again
 */
public record RecentOperation(OperationId id, Outcome outcome) {}
