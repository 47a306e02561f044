/** The client's metrics in a Micrometer registry; needs micrometer-core on the program's path. */
@NullMarked
package dev.gossamer.client.micrometer;

import org.jspecify.annotations.NullMarked;
