/**
 * Sockets: pipelined connections to the members' ports, read by one thread and written by whoever
 * has something to say. Knows bytes and replies, nothing of keys and members.
 */
@NullMarked
package dev.gossamer.client.connection;

import org.jspecify.annotations.NullMarked;
