/** Membership over JGroups: the only package that imports {@code org.jgroups}. */
@NullMarked
package dev.gossamer.membership.jgroups;

import org.jspecify.annotations.NullMarked;
