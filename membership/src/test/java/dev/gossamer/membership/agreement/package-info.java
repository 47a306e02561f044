@NullMarked
package dev.gossamer.membership.agreement;

import org.jspecify.annotations.NullMarked;
