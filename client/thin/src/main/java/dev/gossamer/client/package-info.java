/**
 * The thin Java client: connections, routing by slot, codecs, and one API in a blocking and an
 * asynchronous form.
 */
@NullMarked
package dev.gossamer.client;

import org.jspecify.annotations.NullMarked;
