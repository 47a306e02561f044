/**
 * Values that the client keeps itself, and what proves that they are fresh enough to be used (C4).
 */
@NullMarked
package dev.gossamer.client.near;

import org.jspecify.annotations.NullMarked;
