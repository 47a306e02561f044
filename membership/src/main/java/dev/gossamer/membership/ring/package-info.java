/** The ring and the placement of slots on it: pure functions of the members. */
@NullMarked
package dev.gossamer.membership.ring;

import org.jspecify.annotations.NullMarked;
