package dev.gossamer.client;

import dev.gossamer.client.routing.Request;
import dev.gossamer.client.routing.Safety;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Version;
import dev.gossamer.protocol.resp.RequestEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * The commands of a cache as requests. What Redis has a command for is asked with it, so that the
 * caches also work on servers that know no other.
 */
final class CacheCommands {
    private static final byte[] GET = word("GET");
    private static final byte[] SET = word("SET");
    private static final byte[] DEL = word("DEL");
    private static final byte[] PEXPIRE = word("PEXPIRE");
    private static final byte[] PTTL = word("PTTL");
    private static final byte[] GSM_GET = word("GSM.GET");
    private static final byte[] GSM_SET = word("GSM.SET");
    private static final byte[] GSM_DEL = word("GSM.DEL");
    private static final byte[] PX = word("PX");
    private static final byte[] NX = word("NX");
    private static final byte[] VERSION = word("VERSION");
    private static final byte[] META = word("META");
    private static final byte[] FRESH = word("FRESH");
    private static final byte[] LATEST = word("LATEST");
    private static final byte[] ANY = word("ANY");
    private static final byte[] WITHIN = word("WITHIN");

    private CacheCommands() {}

    private static byte[] word(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    static Request get(byte[] key, Freshness freshness) {
        if (freshness.equals(Freshness.DEFAULT)) {
            return request("GET", Safety.READ, key, GET, key);
        }
        return freshness instanceof Freshness.Within within
                ? request(
                        "GSM.GET",
                        Safety.READ,
                        key,
                        GSM_GET,
                        key,
                        FRESH,
                        WITHIN,
                        millis(within.bound()))
                : request("GSM.GET", Safety.READ, key, GSM_GET, key, FRESH, bound(freshness));
    }

    static Request getEntry(byte[] key, Freshness freshness) {
        return freshness instanceof Freshness.Within within
                ? request(
                        "GSM.GET",
                        Safety.READ,
                        key,
                        GSM_GET,
                        key,
                        FRESH,
                        WITHIN,
                        millis(within.bound()),
                        META)
                : request("GSM.GET", Safety.READ, key, GSM_GET, key, FRESH, bound(freshness), META);
    }

    private static byte[] bound(Freshness freshness) {
        return freshness instanceof Freshness.Latest ? LATEST : ANY;
    }

    static Request put(byte[] key, byte[] value) {
        return request("SET", Safety.REPEATABLE, key, SET, key, value);
    }

    static Request put(byte[] key, byte[] value, Duration timeToLive) {
        return request("SET", Safety.REPEATABLE, key, SET, key, value, PX, ttl(timeToLive));
    }

    static Request putIfAbsent(byte[] key, byte[] value) {
        return request("SET", Safety.ONCE, key, SET, key, value, NX);
    }

    static Request putIfAbsent(byte[] key, byte[] value, Duration timeToLive) {
        return request("SET", Safety.ONCE, key, SET, key, value, PX, ttl(timeToLive), NX);
    }

    static Request putIf(byte[] key, byte[] value, Version expected) {
        byte[] version = word(expected.toString());
        return request("GSM.SET", Safety.ONCE, key, GSM_SET, key, value, VERSION, version, META);
    }

    static Request putIf(byte[] key, byte[] value, Version expected, Duration timeToLive) {
        return request(
                "GSM.SET",
                Safety.ONCE,
                key,
                GSM_SET,
                key,
                value,
                PX,
                ttl(timeToLive),
                VERSION,
                word(expected.toString()),
                META);
    }

    static Request remove(byte[] key) {
        return request("DEL", Safety.ONCE, key, DEL, key);
    }

    static Request removeIf(byte[] key, Version expected) {
        byte[] version = word(expected.toString());
        return request("GSM.DEL", Safety.ONCE, key, GSM_DEL, key, VERSION, version);
    }

    static Request expire(byte[] key, Duration timeToLive) {
        return request("PEXPIRE", Safety.REPEATABLE, key, PEXPIRE, key, ttl(timeToLive));
    }

    static Request ttl(byte[] key) {
        return request("PTTL", Safety.READ, key, PTTL, key);
    }

    private static Request request(String name, Safety safety, byte[] key, byte[]... words) {
        return new Request(
                name, safety, Slot.indexOf(key, 0, key.length), RequestEncoder.encode(words));
    }

    private static byte[] ttl(Duration timeToLive) {
        if (timeToLive.isNegative() || timeToLive.isZero()) {
            throw new IllegalArgumentException(
                    "time to live " + timeToLive + " is not longer than zero");
        }
        return millis(timeToLive);
    }

    /** Rounded up: what is asked to live should live. */
    private static byte[] millis(Duration duration) {
        long whole = duration.toMillis();
        boolean exact = duration.toNanosPart() % 1_000_000 == 0;
        return RequestEncoder.number(exact ? whole : whole + 1);
    }
}
