package dev.gossamer.gossip;

/** Bytes that no member of this version writes; says where and what. */
final class MalformedMessageException extends Exception {
    MalformedMessageException(int offsetBytes, String found) {
        super("gossip message at byte " + offsetBytes + ": " + found);
    }
}
