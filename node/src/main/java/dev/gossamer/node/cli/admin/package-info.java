/** Asking a running node over its HTTP admin API. */
@NullMarked
package dev.gossamer.node.cli.admin;

import org.jspecify.annotations.NullMarked;
