package dev.gossamer.membership.agreement;

import dev.gossamer.membership.agreement.AcceptorState.Proposal;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.MemberId;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Keeps an {@link AcceptorState} in the data folder.
 *
 * <p><b>Durability.</b> {@link #save} writes a new file, forces it to the disk, renames it over the
 * old one and forces the folder: after a crash at any instant one of the two is there, whole.
 *
 * <p><b>A lost file.</b> A member that forgets its promises may help to agree on two topologies of
 * one epoch. So a damaged file, or one of another member, is refused. The id is kept in the same
 * folder (see {@link dev.gossamer.membership.MemberIdentity}), so that a lost folder is a new
 * member, which nobody counts among those who vote. Only who removes this file and leaves the id
 * goes around that.
 *
 * <p><b>Threads.</b> One at a time; {@link #save} waits for the disk. <b>Bounds.</b> The file holds
 * at most two topologies, 2 MiB.
 */
public final class AcceptorStore {
    static final String FILE = "agreement";
    private static final int MAGIC = 0x47534d41; // GSMA
    private static final int FIXED_BYTES = 5 * Integer.BYTES + 5 * Long.BYTES;
    private static final int BYTES_MAX = 2 * DecreeCodec.BYTES_MAX + FIXED_BYTES;

    private final Path file;
    private final MemberId self;
    private final AcceptorState restored;

    private AcceptorStore(Path file, MemberId self, AcceptorState restored) {
        this.file = file;
        this.self = self;
        this.restored = restored;
    }

    /**
     * @param data the folder, which the caller has claimed
     * @param self whose state it is
     * @throws GossamerException when what is there can't be read or trusted; the message says what
     *     to do
     */
    public static AcceptorStore open(Path data, MemberId self) {
        Path file = data.resolve(FILE);
        return new AcceptorStore(file, self, load(file, self));
    }

    /** What was saved last, or {@link AcceptorState#none}. */
    public AcceptorState restored() {
        return restored;
    }

    /**
     * Returns when it is on the disk.
     *
     * @throws GossamerException when it is not: the process must not go on as a member
     */
    public void save(AcceptorState state) {
        Path temporary = file.resolveSibling(FILE + ".new");
        try {
            try (FileChannel channel =
                    FileChannel.open(
                            temporary,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer bytes = ByteBuffer.wrap(encode(self, state));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel folder =
                    FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
                folder.force(true);
            }
        } catch (IOException e) {
            throw new GossamerException(
                    ErrorCode.ERR, "What was agreed can't be written to " + file + ": " + e, e);
        }
    }

    private static AcceptorState load(Path file, MemberId self) {
        try {
            return Files.size(file) > BYTES_MAX
                    ? refuse(file, "it is too large")
                    : decode(file, self, Files.readAllBytes(file));
        } catch (NoSuchFileException _) {
            return AcceptorState.none();
        } catch (IOException e) {
            throw new GossamerException(
                    ErrorCode.ERR, "What was agreed can't be read from " + file + ": " + e, e);
        }
    }

    private static AcceptorState refuse(Path file, String why) {
        throw new GossamerException(
                ErrorCode.ERR,
                "The file "
                        + file
                        + " can't be trusted: "
                        + why
                        + ". Restore the whole data folder, or remove it whole and this node joins"
                        + " as a new member; without this file alone it could break its word to the"
                        + " others.");
    }

    static byte[] encode(MemberId self, AcceptorState state) {
        ByteBuffer out = ByteBuffer.allocate(size(state));
        out.putInt(MAGIC).putLong(self.value());
        putDecree(out, state.chosen());
        putBallot(out, state.promised());
        putBallot(out, state.accepted().map(Proposal::ballot).orElse(Ballot.NONE));
        putDecree(out, state.accepted().map(Proposal::decree));
        CRC32C crc = new CRC32C();
        crc.update(out.array(), 0, out.position());
        out.putInt((int) crc.getValue());
        byte[] bytes = new byte[out.position()];
        out.flip().get(bytes);
        return bytes;
    }

    private static int size(AcceptorState state) {
        int decrees =
                state.chosen().map(decree -> decree.encoded().length).orElse(0)
                        + state.accepted().map(p -> p.decree().encoded().length).orElse(0);
        return decrees + FIXED_BYTES;
    }

    private static AcceptorState decode(Path file, MemberId self, byte[] bytes) {
        int body = bytes.length - Integer.BYTES;
        if (body < Integer.BYTES) {
            return refuse(file, "it is cut short");
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, body);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (in.getInt(body) != (int) crc.getValue() || in.getInt() != MAGIC) {
            return refuse(file, "it is damaged");
        }
        MemberId owner = new MemberId(in.getLong());
        if (!owner.equals(self)) {
            return refuse(file, "it is of member " + owner + ", and this is " + self);
        }
        try {
            return read(in);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return refuse(file, "it makes no sense (" + e.getMessage() + ")");
        }
    }

    private static AcceptorState read(ByteBuffer in) {
        Optional<Decree> chosen = decree(in);
        Ballot promised = ballot(in);
        Ballot accepted = ballot(in);
        return new AcceptorState(
                chosen, promised, decree(in).map(decree -> new Proposal(accepted, decree)));
    }

    private static void putDecree(ByteBuffer out, Optional<Decree> decree) {
        out.putInt(decree.map(d -> d.encoded().length).orElse(0));
        decree.ifPresent(d -> out.put(d.encoded()));
    }

    private static Optional<Decree> decree(ByteBuffer in) {
        int length = in.getInt();
        if (length == 0) {
            return Optional.empty();
        }
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("a topology of " + length + " bytes");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return Optional.of(DecreeCodec.decode(bytes));
    }

    private static void putBallot(ByteBuffer out, Ballot ballot) {
        out.putLong(ballot.round()).putLong(ballot.proposer().value());
    }

    private static Ballot ballot(ByteBuffer in) {
        return new Ballot(in.getLong(), new MemberId(in.getLong()));
    }
}
