/** What clients did to a mesh and what it answered: recorded, kept within a bound, saved, read. */
@NullMarked
package dev.gossamer.node.cli.chaos.history;

import org.jspecify.annotations.NullMarked;
