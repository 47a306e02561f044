/**
 * The nouns that clients and nodes share: slots, members, versions, topologies, freshness and
 * errors. Immutable values without behaviour of their own; nothing here opens a socket, reads a
 * clock or starts a thread.
 */
@NullMarked
package dev.gossamer.protocol;

import org.jspecify.annotations.NullMarked;
