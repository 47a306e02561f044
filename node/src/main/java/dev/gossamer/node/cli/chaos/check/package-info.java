/** Which promises of contract.md a recorded history breaks. Pure: a history in, violations out. */
@NullMarked
package dev.gossamer.node.cli.chaos.check;

import org.jspecify.annotations.NullMarked;
