/** Recorded accesses: reading them, and what ideal caches make of them. */
@NullMarked
package dev.gossamer.node.cli.trace;

import org.jspecify.annotations.NullMarked;
