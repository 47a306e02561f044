/** A mesh of real processes, each in a network namespace of its own, that can be hurt. */
@NullMarked
package dev.gossamer.node.cli.chaos.mesh;

import org.jspecify.annotations.NullMarked;
