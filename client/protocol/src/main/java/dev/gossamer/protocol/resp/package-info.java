/**
 * The Redis serialization protocol, versions 2 and 3, over byte arrays: requests and replies, read
 * and written. Nothing here knows a socket; everything is bounded before it is allocated.
 */
@NullMarked
package dev.gossamer.protocol.resp;

import org.jspecify.annotations.NullMarked;
