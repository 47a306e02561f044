/** What the client tells about itself, whoever listens. */
@NullMarked
package dev.gossamer.client.metrics;

import org.jspecify.annotations.NullMarked;
