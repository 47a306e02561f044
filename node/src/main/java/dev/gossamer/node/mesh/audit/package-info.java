/** Looks again and again whether what was written is what all copies are: the auditor. */
@NullMarked
package dev.gossamer.node.mesh.audit;

import org.jspecify.annotations.NullMarked;
