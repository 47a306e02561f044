/**
 * The composition root: main, limits, wiring; the only {@code new} for services, the only clock and
 * seed.
 */
@NullMarked
package dev.gossamer.node;

import org.jspecify.annotations.NullMarked;
