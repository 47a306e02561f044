@NullMarked
package dev.gossamer.gossip.invalidation;

import org.jspecify.annotations.NullMarked;
