/**
 * What one client has seen and done, so that it never goes back to something older (C3) and does
 * nothing twice (C5).
 */
@NullMarked
package dev.gossamer.client.session;

import org.jspecify.annotations.NullMarked;
