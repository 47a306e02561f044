/**
 * The connections between members that entries travel on: frames, handshake, requests with
 * deadlines. Knows nothing of slots and owners.
 */
@NullMarked
package dev.gossamer.node.mesh.link;

import org.jspecify.annotations.NullMarked;
