/** Objects as bytes, by Kryo; the only package that knows it. */
@NullMarked
package dev.gossamer.client.kryo;

import org.jspecify.annotations.NullMarked;
