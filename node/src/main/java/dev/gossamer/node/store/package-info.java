/** Where values rest: entries and the tiers that keep them. */
@NullMarked
package dev.gossamer.node.store;

import org.jspecify.annotations.NullMarked;
