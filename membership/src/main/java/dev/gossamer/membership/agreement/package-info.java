/**
 * How the members agree on topologies, and how long one of them may act on its own: a machine
 * without threads, clocks or sockets, and the file that keeps what it has promised.
 */
@NullMarked
package dev.gossamer.membership.agreement;

import org.jspecify.annotations.NullMarked;
