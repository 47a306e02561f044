package dev.gossamer.node.cache;

import dev.gossamer.node.cache.Operation.Condition;
import dev.gossamer.node.cache.Operation.ExpireCondition;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Version;
import org.jspecify.annotations.Nullable;

/** Whether a write may happen, given the live entry that stands. */
final class Conditions {
    private Conditions() {}

    static boolean hold(Condition condition, @Nullable Entry live) {
        return switch (condition) {
            case Condition.Always() -> true;
            case Condition.IfAbsent() -> live == null;
            case Condition.IfPresent() -> live != null;
            case Condition.IfVersion(Version expected) ->
                    live == null ? expected.equals(Version.NONE) : live.version().equals(expected);
        };
    }

    /** An entry that never expires counts as one that expires after all others. */
    static boolean hold(ExpireCondition condition, Entry live, long expiresAtMillis) {
        long present = ordered(live.expiresAtMillis());
        long wanted = ordered(expiresAtMillis);
        return switch (condition) {
            case ALWAYS -> true;
            case IF_NONE -> live.expiresAtMillis() == Entry.NEVER;
            case IF_SOME -> live.expiresAtMillis() != Entry.NEVER;
            case IF_LATER -> wanted > present;
            case IF_EARLIER -> wanted < present;
        };
    }

    private static long ordered(long expiresAtMillis) {
        return expiresAtMillis == Entry.NEVER ? Long.MAX_VALUE : expiresAtMillis;
    }
}
