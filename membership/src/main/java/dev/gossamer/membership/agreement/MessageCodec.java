package dev.gossamer.membership.agreement;

import dev.gossamer.membership.agreement.AcceptorState.Proposal;
import dev.gossamer.membership.agreement.Message.Accept;
import dev.gossamer.membership.agreement.Message.Accepted;
import dev.gossamer.membership.agreement.Message.Ask;
import dev.gossamer.membership.agreement.Message.Chosen;
import dev.gossamer.membership.agreement.Message.Heartbeat;
import dev.gossamer.membership.agreement.Message.HeartbeatAck;
import dev.gossamer.membership.agreement.Message.Prepare;
import dev.gossamer.membership.agreement.Message.Promise;
import dev.gossamer.membership.agreement.Message.Rejected;
import dev.gossamer.protocol.MemberId;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Messages in bytes, big-endian: a format, a kind, the fields. {@code MessageCodecTest} holds the
 * bytes fast.
 */
final class MessageCodec {
    private static final byte FORMAT = 2;
    private static final int FIXED_BYTES_MAX = 256;

    /** Of all members in this process; what they share is immutable. */
    private static final RecentDecrees DECREES = new RecentDecrees();

    private MessageCodec() {}

    static byte[] encode(Message message) {
        ByteBuffer out = ByteBuffer.allocate(size(message));
        out.put(FORMAT);
        switch (message) {
            case Prepare(var genesis, var after, var ballot, var dropping) -> {
                put(out.put((byte) 1), genesis);
                put(out.putLong(after), ballot);
                put(out, dropping);
            }
            case Promise(var after, var ballot, var accepted, var waitNanos) -> {
                put(out.put((byte) 2).putLong(after), ballot);
                out.putLong(waitNanos).put((byte) (accepted.isPresent() ? 1 : 0));
                accepted.ifPresent(proposal -> put(out, proposal));
            }
            case Accept(var ballot, var decree) ->
                    put(out.put((byte) 3), new Proposal(ballot, decree));
            case Accepted(var after, var ballot) -> put(out.put((byte) 4).putLong(after), ballot);
            case Rejected(var after, var ballot, var promised) -> {
                put(out.put((byte) 5).putLong(after), ballot);
                put(out, promised);
            }
            case Chosen(var decree) -> out.put((byte) 6).put(decree.encoded());
            case Ask(var genesis, var epoch) -> {
                put(out.put((byte) 7), genesis);
                out.putLong(epoch);
            }
            case Heartbeat(var report, var round) -> put(out.put((byte) 8).putLong(round), report);
            case HeartbeatAck(var genesis, var epoch, var round, var granted) -> {
                put(out.put((byte) 9), genesis);
                out.putLong(epoch).putLong(round).put((byte) (granted ? 1 : 0));
            }
        }
        byte[] bytes = new byte[out.position()];
        out.flip().get(bytes);
        return bytes;
    }

    private static int size(Message message) {
        return FIXED_BYTES_MAX
                + switch (message) {
                    case Prepare prepare -> prepare.dropping().size() * Long.BYTES;
                    case Promise promise ->
                            promise.accepted().map(p -> p.decree().encoded().length).orElse(0);
                    case Accept accept -> accept.decree().encoded().length;
                    case Chosen chosen -> chosen.decree().encoded().length;
                    case Heartbeat beat -> beat.report().unreachable().size() * Long.BYTES;
                    case Accepted _, Rejected _, Ask _, HeartbeatAck _ -> 0;
                };
    }

    static Message decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            byte format = in.get();
            if (format != FORMAT) {
                throw new IllegalArgumentException("a message of format " + format);
            }
            Message message = read(in.get(), in);
            if (in.hasRemaining()) {
                throw new IllegalArgumentException("a message with something after its end");
            }
            return message;
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("a message that was cut short", e);
        }
    }

    private static Message read(byte kind, ByteBuffer in) {
        return switch (kind) {
            case 1 -> new Prepare(genesis(in), in.getLong(), ballot(in), ids(in));
            case 2 -> promise(in);
            case 3 -> {
                Proposal proposal = proposal(in);
                yield new Accept(proposal.ballot(), proposal.decree());
            }
            case 4 -> new Accepted(in.getLong(), ballot(in));
            case 5 -> new Rejected(in.getLong(), ballot(in), ballot(in));
            case 6 -> new Chosen(decree(in));
            case 7 -> new Ask(genesis(in), in.getLong());
            case 8 -> {
                long round = in.getLong();
                yield new Heartbeat(report(in), round);
            }
            case 9 -> new HeartbeatAck(genesis(in), in.getLong(), in.getLong(), flag(in));
            default -> throw new IllegalArgumentException("a message of kind " + kind);
        };
    }

    private static Promise promise(ByteBuffer in) {
        long after = in.getLong();
        Ballot ballot = ballot(in);
        long waitNanos = in.getLong();
        Optional<Proposal> accepted = flag(in) ? Optional.of(proposal(in)) : Optional.empty();
        return new Promise(after, ballot, accepted, waitNanos);
    }

    private static void put(ByteBuffer out, Optional<Genesis> genesis) {
        out.put((byte) (genesis.isPresent() ? 1 : 0));
        genesis.ifPresent(g -> out.putLong(g.foundedMillis()).putLong(g.founder().value()));
    }

    private static Optional<Genesis> genesis(ByteBuffer in) {
        return flag(in)
                ? Optional.of(new Genesis(in.getLong(), new MemberId(in.getLong())))
                : Optional.empty();
    }

    private static void put(ByteBuffer out, Ballot ballot) {
        out.putLong(ballot.round()).putLong(ballot.proposer().value());
    }

    private static Ballot ballot(ByteBuffer in) {
        return new Ballot(in.getLong(), new MemberId(in.getLong()));
    }

    private static void put(ByteBuffer out, Proposal proposal) {
        put(out, proposal.ballot());
        out.put(proposal.decree().encoded());
    }

    private static Proposal proposal(ByteBuffer in) {
        return new Proposal(ballot(in), decree(in));
    }

    /** Always the last thing in a message. */
    private static Decree decree(ByteBuffer in) {
        byte[] rest = new byte[in.remaining()];
        in.get(rest);
        return DECREES.read(rest);
    }

    private static void put(ByteBuffer out, List<MemberId> ids) {
        out.putShort((short) ids.size());
        ids.forEach(id -> out.putLong(id.value()));
    }

    private static List<MemberId> ids(ByteBuffer in) {
        int count = in.getShort() & 0xffff;
        if (count > in.remaining() / Long.BYTES) {
            throw new IllegalArgumentException(count + " members in a message that was cut short");
        }
        List<MemberId> ids = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ids.add(new MemberId(in.getLong()));
        }
        return ids;
    }

    private static void put(ByteBuffer out, Report report) {
        out.putLong(report.incarnation()).putLong(report.sequence());
        put(out, report.genesis());
        out.putLong(report.epoch()).putLong(report.floor());
        out.putLong(report.acting()).putLong(report.synced()).putLong(report.returned());
        out.put((byte) (report.unresolved() ? 1 : 0));
        out.put((byte) (report.cutOff() ? 1 : 0));
        out.put((byte) (report.draining() ? 1 : 0));
        out.put((byte) (report.resigned() ? 1 : 0));
        out.putLong(report.backWithin().toMillis());
        put(out, report.unreachable());
    }

    private static Report report(ByteBuffer in) {
        return new Report(
                in.getLong(),
                in.getLong(),
                genesis(in),
                in.getLong(),
                in.getLong(),
                in.getLong(),
                in.getLong(),
                in.getLong(),
                flag(in),
                flag(in),
                flag(in),
                flag(in),
                Duration.ofMillis(in.getLong()),
                ids(in));
    }

    private static boolean flag(ByteBuffer in) {
        byte flag = in.get();
        if (flag != 0 && flag != 1) {
            throw new IllegalArgumentException("a flag of " + flag);
        }
        return flag == 1;
    }
}
