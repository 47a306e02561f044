/** L2: the log of segments on the SSD, its index in memory, and what decides what rests there. */
@NullMarked
package dev.gossamer.node.store.disk;

import org.jspecify.annotations.NullMarked;
