package dev.gossamer.client;

import dev.gossamer.client.codec.Codec;
import dev.gossamer.client.near.Copy;
import dev.gossamer.client.near.NearCache;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Stamp;
import dev.gossamer.protocol.Version;
import dev.gossamer.protocol.resp.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What the commands of a cache answer, as results. */
final class CacheReplies {
    private CacheReplies() {}

    /** The stamp beside a reply of our own verbs. */
    static Stamp stamp(Reply reply) {
        if (reply instanceof Reply.Array stamped
                && stamped.items().size() == 2
                && stamped.items().get(1) instanceof Reply.Blob stamp) {
            try {
                return Stamp.parse(stamp.bytes());
            } catch (IllegalArgumentException e) {
                throw new GossamerException(
                        ErrorCode.INTERNAL, "the server sent " + e.getMessage(), e);
            }
        }
        throw unexpected(reply, "a stamped reply");
    }

    /** What stands beside the stamp; all of a reply without one. */
    private static Reply told(Reply reply) {
        return reply instanceof Reply.Array stamped && stamped.items().size() == 2
                ? stamped.items().get(0)
                : reply;
    }

    static <V> Optional<V> value(Reply answer, Codec<V> codec) {
        Reply reply = told(answer);
        if (reply instanceof Reply.Blob blob) {
            return Optional.of(codec.decode(blob.bytes()));
        }
        if (reply instanceof Reply.Nil) {
            return Optional.empty();
        }
        if (reply instanceof Reply.Pairs pairs) {
            return Optional.of(codec.decode(blob(pairs, "value")));
        }
        throw unexpected(reply, "a value");
    }

    /** What a near read was answered, as far as it may be kept; empty for a miss. */
    static Optional<Copy> copy(Reply answer) {
        Reply reply = told(answer);
        if (reply instanceof Reply.Nil) {
            return Optional.empty();
        }
        if (!(reply instanceof Reply.Pairs pairs)) {
            throw unexpected(reply, "a map");
        }
        Map<String, Reply> fields = fields(pairs);
        return Optional.of(
                new Copy(
                        blob(pairs, "value"),
                        version(field(fields, "version")),
                        member(text(field(fields, "origin"))),
                        numberOrZero(field(fields, "incarnation")),
                        numberOrZero(field(fields, "sequence")),
                        expiry(field(fields, "expires_at")),
                        field(fields, "ttl") instanceof Reply.Whole ttl
                                ? OptionalLong.of(ttl.value())
                                : OptionalLong.empty()));
    }

    private static long numberOrZero(Reply reply) {
        return reply instanceof Reply.Whole whole ? whole.value() : 0;
    }

    private static MemberId member(String text) {
        try {
            return MemberId.parse(text);
        } catch (IllegalArgumentException e) {
            throw new GossamerException(
                    ErrorCode.INTERNAL, "the server sent no valid member: " + e.getMessage(), e);
        }
    }

    private static byte[] blob(Reply.Pairs pairs, String name) {
        if (field(fields(pairs), name) instanceof Reply.Blob blob) {
            return blob.bytes();
        }
        throw unexpected(pairs, "bytes under " + name);
    }

    /** SET without GET: OK, or nothing when its condition did not hold. */
    static boolean stored(Reply answer) {
        Reply reply = told(answer);
        if (reply instanceof Reply.Text) {
            return true;
        }
        if (reply instanceof Reply.Nil) {
            return false;
        }
        throw unexpected(reply, "OK or nothing");
    }

    /** Whether a count or boolean says that something was done. */
    static boolean done(Reply answer) {
        Reply reply = told(answer);
        if (reply instanceof Reply.Whole whole) {
            return whole.value() != 0;
        }
        if (reply instanceof Reply.Flag flag) {
            return flag.value();
        }
        throw unexpected(reply, "a count");
    }

    static TimeToLive timeToLive(Reply reply) {
        if (!(reply instanceof Reply.Whole whole)) {
            throw unexpected(reply, "milliseconds");
        }
        if (whole.value() == -2) {
            return TimeToLive.ABSENT;
        }
        return whole.value() < 0
                ? TimeToLive.UNLIMITED
                : new TimeToLive.Limited(Duration.ofMillis(whole.value()));
    }

    static Optional<Version> newVersion(Reply reply) {
        return stored(reply) ? Optional.of(stamp(reply).version()) : Optional.empty();
    }

    static <V> Optional<CacheEntry<V>> entry(Reply answer, Codec<V> codec) {
        Reply reply = told(answer);
        if (reply instanceof Reply.Nil) {
            return Optional.empty();
        }
        Map<String, Reply> fields = fields(reply);
        if (!(field(fields, "value") instanceof Reply.Blob blob)) {
            return Optional.empty();
        }
        return Optional.of(
                new CacheEntry<>(
                        codec.decode(blob.bytes()),
                        version(field(fields, "version")),
                        text(field(fields, "tier")),
                        text(field(fields, "origin")),
                        expiry(field(fields, "expires_at")),
                        age(fields.get("age_ms"))));
    }

    /** Members of an earlier release did not say it. */
    private static Optional<Duration> age(@Nullable Reply reply) {
        return reply instanceof Reply.Whole whole
                ? Optional.of(Duration.ofMillis(whole.value()))
                : Optional.empty();
    }

    /** GSM.LEASE.GET. */
    static Leased leased(Reply answer) {
        Map<String, Reply> fields = fields(told(answer));
        Optional<byte[]> value =
                field(fields, "value") instanceof Reply.Blob blob
                        ? Optional.of(blob.bytes())
                        : Optional.empty();
        Optional<String> token =
                field(fields, "token") instanceof Reply.Nil
                        ? Optional.empty()
                        : Optional.of(text(field(fields, "token")));
        return new Leased(
                state(text(field(fields, "state"))),
                value,
                whole(field(fields, "age")),
                token,
                whole(field(fields, "left")));
    }

    private static Leased.State state(String name) {
        for (Leased.State state : Leased.State.values()) {
            if (state.name().equalsIgnoreCase(name)) {
                return state;
            }
        }
        throw new GossamerException(
                ErrorCode.INTERNAL, "the server sent an unknown state '" + name + "'");
    }

    private static long whole(Reply reply) {
        if (reply instanceof Reply.Whole whole) {
            return whole.value();
        }
        throw unexpected(reply, "a number");
    }

    private static Optional<Instant> expiry(Reply reply) {
        return reply instanceof Reply.Whole whole && whole.value() > 0
                ? Optional.of(Instant.ofEpochMilli(whole.value()))
                : Optional.empty();
    }

    /** An invalidation has a version, or, where it was a walk, a number of entries. */
    static boolean invalidated(Reply reply) {
        if (reply instanceof Reply.Whole) {
            return true;
        }
        return !version(reply).equals(Version.NONE);
    }

    static Version version(Reply reply) {
        try {
            return Version.parse(text(reply));
        } catch (IllegalArgumentException e) {
            throw new GossamerException(
                    ErrorCode.INTERNAL, "the server sent no valid version: " + e.getMessage(), e);
        }
    }

    /** A near copy, as {@link #entry} would have been. */
    static <V> CacheEntry<V> entry(NearCache.Aged near, Codec<V> codec) {
        Copy copy = near.entry().copy();
        return new CacheEntry<>(
                near.entry().value(codec),
                copy.version(),
                "L0",
                copy.origin().toString(),
                copy.expiresAt(),
                near.age());
    }

    private static Map<String, Reply> fields(Reply reply) {
        if (!(reply instanceof Reply.Pairs map)) {
            throw unexpected(reply, "a map");
        }
        Map<String, Reply> fields = new HashMap<>();
        map.pairs().forEach(pair -> fields.put(text(pair.key()), pair.value()));
        return fields;
    }

    private static Reply field(Map<String, Reply> fields, String name) {
        Reply reply = fields.get(name);
        if (reply == null) {
            throw new GossamerException(
                    ErrorCode.INTERNAL, "the server left out the field '" + name + "'");
        }
        return reply;
    }

    private static String text(Reply reply) {
        if (reply instanceof Reply.Blob blob) {
            return blob.toUtf8();
        }
        if (reply instanceof Reply.Text text) {
            return text.text();
        }
        throw unexpected(reply, "text");
    }

    private static GossamerException unexpected(Reply reply, String wanted) {
        return new GossamerException(
                ErrorCode.INTERNAL,
                "the server sent "
                        + reply.getClass().getSimpleName()
                        + " where "
                        + wanted
                        + " should be");
    }
}
