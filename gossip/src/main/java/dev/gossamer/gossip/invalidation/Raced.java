package dev.gossamer.gossip.invalidation;

/** Whether a copy was invalidated while it was under way. */
public enum Raced {
    /** An invalidation that concerns it has been heard since: it must not be kept. */
    YES,

    /** None has been heard since; those that are yet to come will be delivered. */
    NO,

    /** What was heard since is not known any more, or not yet: it must not be kept. */
    NOT_KNOWN
}
