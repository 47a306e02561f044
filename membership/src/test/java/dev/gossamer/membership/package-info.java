@NullMarked
package dev.gossamer.membership;

import org.jspecify.annotations.NullMarked;
