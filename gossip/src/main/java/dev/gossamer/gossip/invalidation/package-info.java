/**
 * How members hear which entries changed (C4, C6): each origin's numbered log, its dissemination,
 * its repair, and the proof of how old what was heard is. Pure: no thread, no clock, no socket.
 */
@NullMarked
package dev.gossamer.gossip.invalidation;

import org.jspecify.annotations.NullMarked;
