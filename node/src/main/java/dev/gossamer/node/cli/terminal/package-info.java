/** What a person sees: tables that fit the screen, status lines, figures with units. */
@NullMarked
package dev.gossamer.node.cli.terminal;

import org.jspecify.annotations.NullMarked;
