/** L3: routing, primary and backup, transfer and repair. */
@NullMarked
package dev.gossamer.node.mesh;

import org.jspecify.annotations.NullMarked;
