package dev.gossamer.node.mesh;

import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Member;
import org.jspecify.annotations.Nullable;

/** Tells a caller of {@link Mesh#read} what an attempt has found, and where. */
record Reading(Member self, Mesh.Callback<Mesh.Read> callback) implements ReadAttempt.Answer {
    @Override
    public void found(@Nullable Entry entry, @Nullable Member from) {
        callback.done(
                from == null
                        ? new Mesh.Read(entry, Mesh.Tier.L1, self)
                        : new Mesh.Read(entry, Mesh.Tier.L3, from));
    }

    @Override
    public void failed(ErrorCode code, String message) {
        callback.failed(code, message);
    }
}
