/** Whole meshes of gossiping members in one thread. */
@NullMarked
package dev.gossamer.gossip;

import org.jspecify.annotations.NullMarked;
