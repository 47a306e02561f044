/** Who is here, and who owns what: the faces that the node sees. */
@NullMarked
package dev.gossamer.membership;

import org.jspecify.annotations.NullMarked;
