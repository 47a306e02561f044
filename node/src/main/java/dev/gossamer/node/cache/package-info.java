/** The rules of the named caches: expiry, versions, tombstones, conditional writes, limits. */
@NullMarked
package dev.gossamer.node.cache;

import org.jspecify.annotations.NullMarked;
