/** The RESP ports. Edges translate; they decide nothing. */
@NullMarked
package dev.gossamer.node.edge.resp;

import org.jspecify.annotations.NullMarked;
