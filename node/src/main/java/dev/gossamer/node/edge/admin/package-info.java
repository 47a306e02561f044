/** The HTTP admin API, health and metrics. Edges translate; they decide nothing. */
@NullMarked
package dev.gossamer.node.edge.admin;

import org.jspecify.annotations.NullMarked;
