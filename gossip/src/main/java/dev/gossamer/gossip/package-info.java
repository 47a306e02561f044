/** What members tell one another: a pure machine, events in, effects out. */
@NullMarked
package dev.gossamer.gossip;

import org.jspecify.annotations.NullMarked;
