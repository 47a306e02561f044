package dev.gossamer.client;

import java.util.Optional;

/** What asking for a key that is to be loaded if it is missing has come to. */
sealed interface Turn {
    /** Here it is; empty when its origin is known to have none. */
    record Found(Optional<byte[]> value) implements Turn {}

    /**
     * The caller is to load it: nobody else does, in this program or, under the token, in the mesh.
     *
     * @param load what the program's other callers wait for
     * @param token of the lease; empty on servers without leases
     * @param old what is there now, though it is not fresh any more
     * @param ageMillis of what is there
     */
    record Mine(Load load, Optional<String> token, Optional<byte[]> old, long ageMillis)
            implements Turn {
        /** Whether the caller gets the old value now, and loads in the background. */
        boolean isBackground(LoadOptions options) {
            return old.isPresent() && options.mayRevalidate(ageMillis);
        }

        /** What the caller gets when its loader fails. */
        Optional<byte[]> afterError(LoadOptions options) {
            return options.mayFollowError(ageMillis) ? old : Optional.empty();
        }
    }
}
