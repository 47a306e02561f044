/**
 * The bytes on disk of the SSD tier: records, segments, their index blocks, the manifest and the
 * snapshot of the index, as docs/disk-format.md has them byte by byte. Pure: bytes in, records out;
 * only the tools at its edge (scan, manifest and snapshot files) touch files, and they block.
 */
@NullMarked
package dev.gossamer.node.store.disk.format;

import org.jspecify.annotations.NullMarked;
