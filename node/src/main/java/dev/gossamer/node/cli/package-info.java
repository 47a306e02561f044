/** The command line tool for operators and developers. */
@NullMarked
package dev.gossamer.node.cli;

import org.jspecify.annotations.NullMarked;
