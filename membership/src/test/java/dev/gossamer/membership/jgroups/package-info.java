@NullMarked
package dev.gossamer.membership.jgroups;

import org.jspecify.annotations.NullMarked;
