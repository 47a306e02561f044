/** What this node invalidates, what it hears of others' invalidations, and how old that is. */
@NullMarked
package dev.gossamer.node.mesh.coherence;

import org.jspecify.annotations.NullMarked;
