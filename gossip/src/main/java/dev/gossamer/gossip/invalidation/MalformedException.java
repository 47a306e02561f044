package dev.gossamer.gossip.invalidation;

/** Bytes that no member of this version writes; says where and what. */
final class MalformedException extends Exception {
    MalformedException(int offsetBytes, String found) {
        super("invalidation message at byte " + offsetBytes + ": " + found);
    }
}
