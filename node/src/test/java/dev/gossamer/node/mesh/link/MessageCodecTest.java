package dev.gossamer.node.mesh.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.gossip.invalidation.Position;
import dev.gossamer.node.cache.Caller;
import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.Keyspace.Item;
import dev.gossamer.node.cache.Leases;
import dev.gossamer.node.cache.Mutation;
import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Operation.Condition;
import dev.gossamer.node.cache.Operation.ExpireCondition;
import dev.gossamer.node.cache.Operation.Expiry;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.cache.RangeDigests;
import dev.gossamer.node.cache.RecentOperation;
import dev.gossamer.node.cache.Tags;
import dev.gossamer.node.mesh.link.SyncReply.Likeness;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.OperationId;
import dev.gossamer.protocol.Version;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.math.BigDecimal;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MessageCodecTest {
    private static final Version VERSION = new Version(3, 77, new MemberId(-5));
    private static final Entry ENTRY = Entry.of(new byte[] {1, 2, 3}, VERSION, 99);
    private static final Entry TOMBSTONE = Entry.tombstone(VERSION, 100);
    private static final OperationId ID = new OperationId(-7, 11);
    private static final Bytes KEY = Bytes.utf8("key");
    private static final List<Item> ITEMS =
            List.of(
                    new Item(KEY, ENTRY),
                    new Item(Bytes.EMPTY, TOMBSTONE),
                    new Item(KEY, Entry.of(new byte[] {4}, VERSION, 98, new long[] {-1, 5})));

    private static final List<SyncRequest.Operated> OPERATIONS =
            List.of(
                    new SyncRequest.Operated(
                            9,
                            new RecentOperation(
                                    new OperationId(-3, 4), new Outcome.Unchanged(null))));

    private static final List<Sighting> SIGHTINGS =
            List.of(
                    new Sighting(-1, false, null, null, List.of()),
                    new Sighting(
                            1,
                            true,
                            new Sighting.Held(VERSION, false, true, false, 9, 7),
                            new Sighting.Near(VERSION, 8, 6, new MemberId(-4), 5, 3),
                            List.of(
                                    new NearEvent(6, NearEvent.What.VOIDED, new MemberId(3), 2, 1),
                                    new NearEvent(
                                            5,
                                            NearEvent.What.OWNERS_CHANGED,
                                            new MemberId(0),
                                            2,
                                            1))),
                    new Sighting(0, true, Sighting.Held.resting(VERSION), null, List.of()));

    private static Request sync(SyncRequest request) {
        return new Request.Sync(request);
    }

    private static Reply synced(SyncReply reply) {
        return new Reply.Synced(reply);
    }

    private static SyncReply.Verdict verdict(Likeness likeness) {
        return new SyncReply.Verdict(likeness, 12L, 13);
    }

    private static Request write(Operation operation) {
        return new Request.Write(operation, ID);
    }

    private static Outcome leased(Outcome.Leased.State state, Entry entry, Version token) {
        return new Outcome.Leased(state, entry, token, 12, 34);
    }

    private static final List<Request> REQUESTS =
            List.of(
                    new Request.Read(KEY),
                    new Request.Write(
                            new Operation.Put(
                                    KEY,
                                    new byte[] {9},
                                    new Expiry.After(5),
                                    new Condition.IfVersion(VERSION),
                                    true),
                            ID),
                    new Request.Write(
                            new Operation.Put(
                                    KEY, new byte[0], Expiry.KEEP, Condition.IF_ABSENT, false),
                            ID),
                    new Request.Write(new Operation.Remove(KEY, Condition.IF_PRESENT, true), ID),
                    new Request.Write(
                            new Operation.Expire(
                                    KEY, new Expiry.At(8), ExpireCondition.IF_EARLIER, true),
                            ID),
                    new Request.Write(new Operation.Append(KEY, new byte[] {4}), ID),
                    new Request.Write(new Operation.SetRange(KEY, 7, new byte[] {4}), ID),
                    new Request.Write(new Operation.Increment(KEY, -4), ID),
                    new Request.Write(
                            new Operation.IncrementDecimal(KEY, new BigDecimal("-12.340")), ID),
                    new Request.Write(
                            new Operation.PutAllIfAbsent(
                                    List.of(new Operation.Pair(KEY, new byte[] {1}))),
                            ID),
                    new Request.Replicate(
                            ITEMS,
                            List.of(
                                    new RecentOperation(
                                            ID, new Outcome.Applied(VERSION, 4, "1", ENTRY)),
                                    new RecentOperation(ID, new Outcome.Unchanged(null)))),
                    new Request.Fetch(List.of(KEY, Bytes.EMPTY)),
                    sync(new SyncRequest.Survey(List.of(new SyncRequest.Mark(16_383, 5L)), 6L)),
                    sync(
                            new SyncRequest.Compare(
                                    List.of(new SyncRequest.Digest(7, 2, -9L)), 8L, true)),
                    sync(
                            new SyncRequest.Versions(
                                    List.of(new SyncRequest.Wanted(0, 1, 77L)), 9L, 4096, true)),
                    sync(
                            new SyncRequest.Versions(
                                    List.of(new SyncRequest.Wanted(1, 0, 0, 5L, 1L << 32)),
                                    0,
                                    4096,
                                    false)),
                    sync(new SyncRequest.Ranges(List.of(new SyncRequest.Cut(2, 1, 64)), true)),
                    sync(new SyncRequest.Bring(List.of(KEY), 4096)),
                    sync(new SyncRequest.Settle(ITEMS, OPERATIONS)),
                    sync(new SyncRequest.Reconcile(ITEMS, List.of(ITEMS.getLast()))),
                    new Request.ListKeys(5, 6L, 7),
                    new Request.Count(),
                    new Request.RandomKey(),
                    new Request.Flush(),
                    new Request.Ping(),
                    write(new Operation.TakeLease(KEY, 4_000, 250)),
                    write(
                            new Operation.Fill(
                                    KEY, new byte[] {5}, new Operation.Expiry.After(9), VERSION)),
                    write(
                            new Operation.Fill(
                                    KEY,
                                    new byte[] {5},
                                    new Operation.Expiry.After(9),
                                    VERSION,
                                    new long[] {7, -7})),
                    write(new Operation.EndLease(KEY, VERSION, 77)),
                    new Request.AwaitLease(KEY, 5_000),
                    new Request.Write(
                            new Operation.Put(
                                    KEY,
                                    new byte[] {9},
                                    Expiry.NONE,
                                    Condition.ALWAYS,
                                    false,
                                    new long[] {6, Long.MIN_VALUE}),
                            ID),
                    new Request.Bump(-6L, 7L, Request.Bump.Attempt.FIRST),
                    new Request.Bump(-6L, 8L, Request.Bump.Attempt.AGAIN),
                    new Request.Bump(-6L, 9L, Request.Bump.Attempt.LATER),
                    new Request.Inspect(List.of(KEY, Bytes.EMPTY), true),
                    new Request.Recall(KEY, List.of(-5L, 6L)),
                    sync(new SyncRequest.Tags(0, 0)),
                    sync(new SyncRequest.Tags(3, 4)));

    private static final List<Reply> REPLIES =
            List.of(
                    new Reply.Found(null, null),
                    new Reply.Found(ENTRY, new Position(3, 4)),
                    new Reply.Done(new Outcome.Applied(VERSION, 4, "1.5", ENTRY)),
                    new Reply.Done(new Outcome.Applied(VERSION, 0, null, null)),
                    new Reply.Done(new Outcome.Unchanged(TOMBSTONE)),
                    new Reply.Done(new Outcome.Refused(ErrorCode.TOOLARGE, "no")),
                    new Reply.Done(leased(Outcome.Leased.State.HIT, ENTRY, Version.NONE)),
                    new Reply.Done(
                            new Outcome.Leased(Outcome.Leased.State.LOAD, null, VERSION, 0, 9)),
                    Reply.LEASE_OVER,
                    Reply.STORED,
                    new Reply.Alive(9),
                    new Reply.Fetched(ITEMS, true, false),
                    synced(
                            new SyncReply.Surveyed(
                                    5L,
                                    List.of(
                                            new SyncReply.Kept(0, 4L, 3L),
                                            new SyncReply.Kept(SyncReply.Kept.NOTHING, 0, 0)),
                                    OPERATIONS)),
                    synced(
                            new SyncReply.Compared(
                                    List.of(
                                            verdict(Likeness.UNKNOWN),
                                            verdict(Likeness.SAME),
                                            verdict(Likeness.DIFFERENT)),
                                    OPERATIONS,
                                    250)),
                    synced(
                            new SyncReply.Listing(
                                    List.of(new Keyspace.KeyVersion(KEY, VERSION)), 2, 9L, 10L)),
                    synced(
                            new SyncReply.Ranged(
                                    List.of(
                                            new RangeDigests(5L, new long[] {6L, -7L}),
                                            new RangeDigests(8L, new long[] {9L})))),
                    synced(new SyncReply.Brought(ITEMS, 3)),
                    synced(new SyncReply.Done()),
                    synced(
                            new SyncReply.Tagged(
                                    true,
                                    new Tags.Page(5L, -6L, 7, List.of(new Tags.Bumped(-8L, 9L))))),
                    new Reply.Bumped(10),
                    new Reply.Inspected(5, SIGHTINGS),
                    new Reply.Recalled(List.of(), null),
                    new Reply.Recalled(List.of(mutation()), lease()),
                    new Reply.Keys(List.of(KEY), 16_384, 0),
                    new Reply.Counted(5),
                    new Reply.SomeKey(null),
                    new Reply.SomeKey(KEY),
                    new Reply.WrongEpoch(8),
                    new Reply.WrongEpoch(8, true),
                    new Reply.Failed(ErrorCode.BUSY, "later"));

    private static Mutation mutation() {
        var caller = new Caller(Caller.Way.HTTP, "1", "curl", "10.0.0.1:7", "prefix a");
        return new Mutation(5, Mutation.What.VOIDED, true, false, VERSION, caller, -6, "prices");
    }

    private static Leases.Running lease() {
        return new Leases.Running(VERSION, Caller.member(new MemberId(-4)), 1, 2, 3);
    }

    private static ByteBuf written(Request request) {
        ByteBuf out = Unpooled.buffer();
        MessageCodec.writeRequest(out, request);
        return out;
    }

    private static ByteBuf written(Reply reply) {
        ByteBuf out = Unpooled.buffer();
        MessageCodec.writeReply(out, reply);
        return out;
    }

    @Test
    void whatIsReadIsWhatWasWritten() {
        for (Request request : REQUESTS) {
            Request read = MessageCodec.readRequest(written(request));
            assertThat(read).hasSameClassAs(request);
            assertThat(written(read)).isEqualTo(written(request));
        }
        for (Reply reply : REPLIES) {
            Reply read = MessageCodec.readReply(written(reply));
            assertThat(read).hasSameClassAs(reply);
            assertThat(written(read)).isEqualTo(written(reply));
        }
    }

    @Test
    void theTagsOfAnEntryComeWithIt() {
        Reply read =
                MessageCodec.readReply(
                        written(new Reply.Fetched(List.of(ITEMS.getLast()), true, true)));
        assertThat(((Reply.Fetched) read).items().getFirst().entry().tags()).containsExactly(-1, 5);
    }

    @Test
    void aMessageCutShortAnywhereIsMalformed() {
        for (Request request : REQUESTS) {
            ByteBuf whole = written(request);
            for (int length = 0; length < whole.readableBytes(); length++) {
                ByteBuf part = whole.slice(0, length);
                assertThatThrownBy(() -> MessageCodec.readRequest(part))
                        .isInstanceOf(MalformedFrameException.class);
            }
        }
    }

    @Test
    void rangesAreTheseBytes() {
        ByteBuf asked =
                written(sync(new SyncRequest.Ranges(List.of(new SyncRequest.Cut(2, 1, 64)), true)));
        assertThat(ByteBufUtil.hexDump(asked, 1, asked.readableBytes() - 1))
                .isEqualTo("0701" + "00000001" + "0002" + "01" + "0040");
        ByteBuf answer =
                written(
                        synced(
                                new SyncReply.Ranged(
                                        List.of(new RangeDigests(5L, new long[] {6L, -7L})))));
        assertThat(ByteBufUtil.hexDump(answer, 1, answer.readableBytes() - 1))
                .isEqualTo(
                        "06"
                                + "00000001"
                                + "0000000000000005"
                                + "0002"
                                + "0000000000000006"
                                + "fffffffffffffff9");
    }

    @Test
    void aNumberOfRangesThatNobodyCutsIsMalformed() {
        ByteBuf three =
                written(sync(new SyncRequest.Ranges(List.of(new SyncRequest.Cut(2, 1, 2)), true)));
        three.setByte(three.readableBytes() - 1, 3);
        assertThatThrownBy(() -> MessageCodec.readRequest(three))
                .isInstanceOf(MalformedFrameException.class)
                .hasMessageContaining("number of ranges 3");
    }

    @Test
    void aCountOfTwoBillionIsRefusedBeforeAnythingIsAllocated() {
        ByteBuf lying = Unpooled.buffer().writeByte(3).writeInt(Integer.MAX_VALUE);
        assertThatThrownBy(() -> MessageCodec.readRequest(lying))
                .isInstanceOf(MalformedFrameException.class);
    }

    static LongStream seeds() {
        Long fixed = Long.getLong("seed");
        return fixed == null ? new SplittableRandom().longs(50) : LongStream.of(fixed);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void flippedBytesAreReadAsSomethingElseOrAreMalformed(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 200; i++) {
            ByteBuf request = written(REQUESTS.get(random.nextInt(REQUESTS.size())));
            ByteBuf reply = written(REPLIES.get(random.nextInt(REPLIES.size())));
            flip(request, random);
            flip(reply, random);
            readOrMalformed(() -> MessageCodec.readRequest(request));
            readOrMalformed(() -> MessageCodec.readReply(reply));
        }
    }

    private static void flip(ByteBuf bytes, SplittableRandom random) {
        for (int i = 0; i <= random.nextInt(3); i++) {
            bytes.setByte(random.nextInt(bytes.readableBytes()), random.nextInt());
        }
    }

    private static void readOrMalformed(Runnable read) {
        try {
            read.run();
        } catch (MalformedFrameException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }
}
