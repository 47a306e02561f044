/** A mesh on this machine: its ports, its folder, its processes. */
@NullMarked
package dev.gossamer.node.cli.local;

import org.jspecify.annotations.NullMarked;
