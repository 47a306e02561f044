/**
 * Where a request goes, and what is done when it does not get there: the topology and how it is
 * followed, the choice of a connection, deadlines and retries.
 */
@NullMarked
package dev.gossamer.client.routing;

import org.jspecify.annotations.NullMarked;
