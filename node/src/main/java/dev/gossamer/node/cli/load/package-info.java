/** Driving a mesh with requests, and measuring how it answers. */
@NullMarked
package dev.gossamer.node.cli.load;

import org.jspecify.annotations.NullMarked;
