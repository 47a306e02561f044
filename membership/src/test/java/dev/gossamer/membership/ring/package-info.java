/** Properties of the placement, over seeds. */
@NullMarked
package dev.gossamer.membership.ring;

import org.jspecify.annotations.NullMarked;
