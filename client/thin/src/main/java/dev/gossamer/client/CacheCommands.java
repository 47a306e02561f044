package dev.gossamer.client;

import dev.gossamer.client.codec.Codec;
import dev.gossamer.client.connection.Connection;
import dev.gossamer.client.near.Asked;
import dev.gossamer.client.near.Copy;
import dev.gossamer.client.near.Feeds;
import dev.gossamer.client.near.NearCache;
import dev.gossamer.client.routing.ReplyCheck;
import dev.gossamer.client.routing.Request;
import dev.gossamer.client.routing.Safety;
import dev.gossamer.client.session.Session;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.OperationId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Stamp;
import dev.gossamer.protocol.Version;
import dev.gossamer.protocol.resp.Reply;
import dev.gossamer.protocol.resp.RequestEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The commands of a cache as requests. Members are asked in our own verbs: with what the session
 * has seen, for a stamp, and every change under an id of its own, so that it may be sent again
 * whatever became of it. Servers that know only Redis' commands are asked with those, and promise
 * no more than Redis does.
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
    private static final byte[] LEASE_GET = word("GSM.LEASE.GET");
    private static final byte[] LEASE_SET = word("GSM.LEASE.SET");
    private static final byte[] LEASE_DROP = word("GSM.LEASE.DROP");
    private static final byte[] TTL = word("TTL");
    private static final byte[] REFRESH = word("REFRESH");
    private static final byte[] STALE = word("STALE");
    private static final byte[] WAIT = word("WAIT");
    private static final byte[] ABSENT = word("ABSENT");
    private static final byte[] PX = word("PX");
    private static final byte[] NX = word("NX");
    private static final byte[] VERSION = word("VERSION");
    private static final byte[] META = word("META");
    private static final byte[] FRESH = word("FRESH");
    private static final byte[] LATEST = word("LATEST");
    private static final byte[] ANY = word("ANY");
    private static final byte[] WITHIN = word("WITHIN");
    private static final byte[] OP = word("OP");
    private static final byte[] SINCE = word("SINCE");
    private static final byte[] STAMP = word("STAMP");
    private static final byte[] TAGS = word("TAGS");
    private static final byte[] TAG = word("TAG");
    private static final byte[] CACHE = word("CACHE");
    private static final byte[] GSM_INVALIDATE = word("GSM.INVALIDATE");

    private static final RequestEncoder.Tail STAMP_ONLY = RequestEncoder.tail(STAMP);

    /** The name of a change, with zeros where the id is to stand, and what comes from there on. */
    private static final RequestEncoder.Tail NO_OPERATION =
            RequestEncoder.tail(OP, new byte[OperationId.TEXT_LENGTH]);

    private static final int AFTER_OPERATION = OperationId.TEXT_LENGTH + 2;

    private static final RequestEncoder.Tail WITH_META = RequestEncoder.tail(META);

    private static final byte[] NEAR = word("NEAR");

    private static final RequestEncoder.Tail WITH_NEAR = RequestEncoder.tail(NEAR);

    private final Session session;
    private final BooleanSupplier plain;
    private final @Nullable Feeds feedsOrNull;
    private volatile Since lastSince = new Since(0, STAMP_ONLY);

    /**
     * @param plain whether the servers know only Redis' commands
     * @param feedsOrNull what keeps copies of what is read; null for nothing
     */
    CacheCommands(Session session, BooleanSupplier plain, @Nullable Feeds feedsOrNull) {
        this.session = session;
        this.plain = plain;
        this.feedsOrNull = feedsOrNull;
    }

    private static byte[] word(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * @param codec what the answer will be decoded with, if it is kept
     */
    Request get(byte[] key, Freshness freshness, Codec<?> codec) {
        if (isNear(freshness)) {
            return near(key, freshness, codec);
        }
        boolean byDefault = freshness.equals(Freshness.DEFAULT);
        if (byDefault && plain.getAsBoolean()) {
            return plain("GET", Safety.READ, key, GET, key);
        }
        return byDefault ? read(key, false, GSM_GET, key) : switchedOn(freshness, key, false);
    }

    Request getEntry(byte[] key, Freshness freshness, Codec<?> codec) {
        return isNear(freshness) ? near(key, freshness, codec) : switchedOn(freshness, key, true);
    }

    /** Whether what such a read is answered may be kept. */
    private boolean isNear(Freshness freshness) {
        return feedsOrNull != null
                && !(freshness instanceof Freshness.Latest)
                && !plain.getAsBoolean();
    }

    private Request switchedOn(Freshness freshness, byte[] key, boolean meta) {
        return read(key, meta, words(key, freshness));
    }

    private static byte[][] words(byte[] key, Freshness freshness) {
        if (freshness instanceof Freshness.Within within) {
            return new byte[][] {GSM_GET, key, FRESH, WITHIN, millis(within.bound())};
        }
        byte[] bound = freshness instanceof Freshness.Latest ? LATEST : ANY;
        return new byte[][] {GSM_GET, key, FRESH, bound};
    }

    /** A read whose answer is kept, if it may be. */
    private Request near(byte[] key, Freshness freshness, Codec<?> codec) {
        Feeds feeds = Objects.requireNonNull(feedsOrNull);
        int slot = Slot.indexOf(key, 0, key.length);
        Asked asked = feeds.cache().asking(key, slot, codec);
        byte[] wire = RequestEncoder.encode(words(key, freshness), WITH_NEAR, tail(slot));
        return new Request("GSM.GET", Safety.READ, slot, wire, new NearCheck(feeds, asked), true);
    }

    private Request read(byte[] key, boolean meta, byte[]... words) {
        int slot = Slot.indexOf(key, 0, key.length);
        byte[] wire = wire(slot, meta, words);
        return new Request("GSM.GET", Safety.READ, slot, wire, new ReadCheck(key, slot, meta));
    }

    Request put(byte[] key, byte[] value) {
        return plain.getAsBoolean()
                ? plain("SET", Safety.REPEATABLE, key, SET, key, value)
                : change("GSM.SET", key, GSM_SET, key, value);
    }

    Request put(byte[] key, byte[] value, Duration timeToLive) {
        byte[] ttl = ttl(timeToLive);
        return plain.getAsBoolean()
                ? plain("SET", Safety.REPEATABLE, key, SET, key, value, PX, ttl)
                : change("GSM.SET", key, GSM_SET, key, value, PX, ttl);
    }

    Request put(byte[] key, byte[] value, WriteOptions options) {
        if (options.tags().isEmpty()) {
            return options.timeToLive()
                    .map(timeToLive -> put(key, value, timeToLive))
                    .orElseGet(() -> put(key, value));
        }
        List<byte[]> words = new ArrayList<>(List.of(GSM_SET, key, value));
        options.timeToLive().ifPresent(timeToLive -> words.addAll(List.of(PX, ttl(timeToLive))));
        addTags(words, options.tags());
        return change("GSM.SET", key, words.toArray(new byte[0][]));
    }

    private static void addTags(List<byte[]> words, List<String> tags) {
        words.add(TAGS);
        words.add(RequestEncoder.number(tags.size()));
        tags.forEach(tag -> words.add(utf8(tag)));
    }

    /** May be repeated: what it is to make absent is absent then. */
    Request invalidateTag(String cache, String tag) {
        return invalidate(GSM_INVALIDATE, TAG, utf8(tag), CACHE, utf8(cache));
    }

    Request invalidateAll(String cache) {
        return invalidate(GSM_INVALIDATE, CACHE, utf8(cache));
    }

    private static Request invalidate(byte[]... words) {
        return new Request(
                "GSM.INVALIDATE",
                Safety.REPEATABLE,
                Request.ANYWHERE,
                RequestEncoder.encode(words));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    Request putIfAbsent(byte[] key, byte[] value) {
        return plain.getAsBoolean()
                ? plain("SET", Safety.ONCE, key, SET, key, value, NX)
                : change("GSM.SET", key, GSM_SET, key, value, NX);
    }

    Request putIfAbsent(byte[] key, byte[] value, Duration timeToLive) {
        byte[] ttl = ttl(timeToLive);
        return plain.getAsBoolean()
                ? plain("SET", Safety.ONCE, key, SET, key, value, PX, ttl, NX)
                : change("GSM.SET", key, GSM_SET, key, value, PX, ttl, NX);
    }

    Request putIf(byte[] key, byte[] value, Version expected) {
        byte[] version = word(expected.toString());
        return change("GSM.SET", key, GSM_SET, key, value, VERSION, version);
    }

    Request putIf(byte[] key, byte[] value, Version expected, Duration timeToLive) {
        byte[] version = word(expected.toString());
        byte[] ttl = ttl(timeToLive);
        return change("GSM.SET", key, GSM_SET, key, value, PX, ttl, VERSION, version);
    }

    Request remove(byte[] key) {
        return plain.getAsBoolean()
                ? plain("DEL", Safety.ONCE, key, DEL, key)
                : change("GSM.DEL", key, GSM_DEL, key);
    }

    Request removeIf(byte[] key, Version expected) {
        return change("GSM.DEL", key, GSM_DEL, key, VERSION, word(expected.toString()));
    }

    Request expire(byte[] key, Duration timeToLive) {
        Feeds feeds = feedsOrNull;
        return new Request(
                "PEXPIRE",
                Safety.REPEATABLE,
                Slot.indexOf(key, 0, key.length),
                RequestEncoder.encode(PEXPIRE, key, ttl(timeToLive)),
                feeds == null ? ReplyCheck.NONE : new ChangeCheck(feeds.cache(), key));
    }

    Request ttl(byte[] key) {
        return plain("PTTL", Safety.READ, key, PTTL, key);
    }

    /** A value, or a lease to load it; another caller's load is told of by a push. */
    Request leaseGet(byte[] key, LoadOptions options, long waitMillis) {
        List<byte[]> words = new ArrayList<>(List.of(LEASE_GET, key));
        words.addAll(List.of(WAIT, RequestEncoder.number(waitMillis)));
        options.leaseTimeout().ifPresent(ttl -> words.addAll(List.of(TTL, millis(ttl))));
        if (!options.due().isZero()) {
            words.addAll(List.of(REFRESH, millis(options.due())));
            words.addAll(List.of(STALE, millis(options.staleAgeMax())));
        }
        int slot = Slot.indexOf(key, 0, key.length);
        byte[] wire =
                RequestEncoder.encode(words.toArray(new byte[0][]), nextOperation(), tail(slot));
        return new Request(
                "GSM.LEASE.GET", Safety.REPEATABLE, slot, wire, new LeaseCheck(key, slot, wire));
    }

    /** Stores what was loaded under a lease. */
    Request leaseSet(
            byte[] key, String token, byte[] value, Duration timeToLive, List<String> tags) {
        List<byte[]> words =
                new ArrayList<>(List.of(LEASE_SET, key, word(token), value, PX, ttl(timeToLive)));
        if (!tags.isEmpty()) {
            addTags(words, tags);
        }
        return change("GSM.LEASE.SET", key, words.toArray(new byte[0][]));
    }

    /** Ends a lease: its key's origin has nothing, which is to be remembered for so long. */
    Request leaseAbsent(byte[] key, String token, Duration absence) {
        byte[] millis = ttl(absence);
        return change("GSM.LEASE.DROP", key, LEASE_DROP, key, word(token), ABSENT, millis);
    }

    /** Ends a lease; somebody else may load. */
    Request leaseDrop(byte[] key, String token) {
        return plain("GSM.LEASE.DROP", Safety.REPEATABLE, key, LEASE_DROP, key, word(token));
    }

    /** Our own verb, once for all the times that it is sent. */
    private Request change(String name, byte[] key, byte[]... words) {
        int slot = Slot.indexOf(key, 0, key.length);
        byte[] wire = RequestEncoder.encode(words, nextOperation(), tail(slot));
        return new Request(name, Safety.REPEATABLE, slot, wire, new WriteCheck(key, slot));
    }

    /** The option that names the next change. */
    private RequestEncoder.Tail nextOperation() {
        byte[] bytes = NO_OPERATION.bytes().clone();
        session.nextOperation().writeAscii(bytes, bytes.length - AFTER_OPERATION);
        return new RequestEncoder.Tail(NO_OPERATION.count(), bytes);
    }

    private byte[] wire(int slot, boolean meta, byte[]... words) {
        return meta
                ? RequestEncoder.encode(words, WITH_META, tail(slot))
                : RequestEncoder.encode(words, tail(slot));
    }

    /** What the session has seen of a slot: nearly always as much as of the one before. */
    private RequestEncoder.Tail tail(int slot) {
        long epoch = session.since(slot);
        if (epoch == 0) {
            return STAMP_ONLY;
        }
        Since last = lastSince;
        if (last.epoch() != epoch) {
            byte[] digits = RequestEncoder.number(epoch);
            last = new Since(epoch, RequestEncoder.tail(SINCE, digits, STAMP));
            lastSince = last;
        }
        return last.tail();
    }

    private record Since(long epoch, RequestEncoder.Tail tail) {}

    private static Request plain(String name, Safety safety, byte[] key, byte[]... words) {
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

    /** Keeps from the program what is older than what it has seen. */
    private final class ReadCheck implements ReplyCheck {
        private final byte[] key;
        private final int slot;
        private final boolean meta;

        ReadCheck(byte[] key, int slot, boolean meta) {
            this.key = key;
            this.slot = slot;
            this.meta = meta;
        }

        @Override
        public boolean accepts(Reply reply) {
            Stamp stamp = CacheReplies.stamp(reply);
            if (!session.read(slot, session.hash(key), stamp)) {
                return false;
            }
            answered(key, stamp.version());
            return true;
        }

        /** The primary has the latest, though a nearer copy would have been fresh enough. */
        @Override
        public byte[] insist() {
            byte[][] words = {GSM_GET, key, FRESH, LATEST};
            return wire(slot, meta, words);
        }
    }

    /** Copies of what is now known to be old are not read again. */
    private void answered(byte[] key, Version version) {
        Feeds feeds = feedsOrNull;
        if (feeds != null) {
            feeds.cache().answered(key, version);
        }
    }

    /** {@link ReadCheck}, for an answer that is kept. */
    private final class NearCheck implements ReplyCheck {
        private final Feeds feeds;
        private final Asked asked;

        NearCheck(Feeds feeds, Asked asked) {
            this.feeds = feeds;
            this.asked = asked;
        }

        @Override
        public boolean accepts(Reply reply) {
            throw new IllegalStateException("a near answer came over no connection");
        }

        @Override
        public boolean accepts(Reply reply, Connection from) {
            byte[] key = asked.key();
            Stamp stamp = CacheReplies.stamp(reply);
            if (!session.read(asked.slot(), session.hash(key), stamp)) {
                return false;
            }
            Optional<Copy> copy = CacheReplies.copy(reply);
            if (copy.isPresent()) {
                feeds.keep(from, asked, copy.get());
            } else {
                feeds.cache().answered(key, Version.NONE);
            }
            return true;
        }

        @Override
        public byte[] insist() {
            byte[][] words = {GSM_GET, asked.key(), FRESH, LATEST};
            return RequestEncoder.encode(words, WITH_NEAR, tail(asked.slot()));
        }
    }

    /** Takes note of a change that names no version. */
    private record ChangeCheck(NearCache near, byte[] key) implements ReplyCheck {
        @Override
        public boolean accepts(Reply reply) {
            near.changed(key);
            return true;
        }

        @Override
        public byte[] insist() {
            return NONE.insist();
        }
    }

    /** The primary answers, so what is older than what was seen comes of a takeover: ask again. */
    private final class LeaseCheck implements ReplyCheck {
        private final byte[] key;
        private final int slot;
        private final byte[] wire;

        LeaseCheck(byte[] key, int slot, byte[] wire) {
            this.key = key;
            this.slot = slot;
            this.wire = wire;
        }

        @Override
        public boolean accepts(Reply reply) {
            Stamp stamp = CacheReplies.stamp(reply);
            if (!session.read(slot, session.hash(key), stamp)) {
                return false;
            }
            answered(key, stamp.version());
            return true;
        }

        @Override
        public byte[] insist() {
            return wire;
        }
    }

    /** Takes note of what was written. */
    private final class WriteCheck implements ReplyCheck {
        private final byte[] key;
        private final int slot;

        WriteCheck(byte[] key, int slot) {
            this.key = key;
            this.slot = slot;
        }

        @Override
        public boolean accepts(Reply reply) {
            Stamp stamp = CacheReplies.stamp(reply);
            session.wrote(slot, session.hash(key), stamp);
            answered(key, stamp.version());
            return true;
        }

        @Override
        public byte[] insist() {
            return NONE.insist();
        }
    }
}
