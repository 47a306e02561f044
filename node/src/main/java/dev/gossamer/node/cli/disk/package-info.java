/** What {@code gossamer disk} finds in the folder of a node's SSD tier; reads, never writes. */
@NullMarked
package dev.gossamer.node.cli.disk;

import org.jspecify.annotations.NullMarked;
