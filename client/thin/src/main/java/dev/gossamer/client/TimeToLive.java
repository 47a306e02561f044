package dev.gossamer.client;

import java.time.Duration;

/** How long an entry has. */
public sealed interface TimeToLive {
    TimeToLive ABSENT = new Absent();
    TimeToLive UNLIMITED = new Unlimited();

    /** There is no such entry. */
    record Absent() implements TimeToLive {}

    /** It does not expire. */
    record Unlimited() implements TimeToLive {}

    /** It expires after {@code left}. */
    record Limited(Duration left) implements TimeToLive {}
}
