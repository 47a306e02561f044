/** How keys and values become bytes. */
@NullMarked
package dev.gossamer.client.codec;

import org.jspecify.annotations.NullMarked;
