package dev.gossamer.node.mesh.audit;

import dev.gossamer.node.mesh.link.Sighting;
import dev.gossamer.protocol.Member;
import org.jspecify.annotations.Nullable;

/**
 * What the auditor saw at one member.
 *
 * @param afterNanos how long after the write was acknowledged the question was sent
 * @param epoch that the member went by
 * @param sighting null when the member did not answer
 */
public record Look(Member member, long afterNanos, long epoch, @Nullable Sighting sighting) {}
