/**
 * The files of the SSD tier, read and written at positions, many operations at a time: on the event
 * loops' own rings where the kernel allows it, on virtual threads otherwise.
 */
@NullMarked
package dev.gossamer.node.store.disk.io;

import org.jspecify.annotations.NullMarked;
