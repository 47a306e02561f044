package dev.gossamer.membership.jgroups;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import java.io.IOException;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import org.jgroups.Address;
import org.jgroups.util.ByteArrayDataInputStream;
import org.jgroups.util.ByteArrayDataOutputStream;
import org.jgroups.util.ExtendedUUID;
import org.jgroups.util.UUID;
import org.jgroups.util.Util;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MemberAddressTest {
    static LongStream seeds() {
        Long fixed = Long.getLong("seed");
        return fixed == null ? new SplittableRandom().longs(50) : LongStream.of(fixed);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void anyMemberSurvivesTheWire(long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        Member member =
                new Member(
                        new MemberId(random.nextLong()),
                        text(random),
                        text(random),
                        random.nextInt(1, Member.WEIGHT_MAX + 1),
                        text(random),
                        new Member.Ports(
                                port(random),
                                port(random),
                                port(random),
                                port(random),
                                port(random)));
        Address sent = MemberAddress.of(member, random.nextLong());
        Address received = overTheWire(sent);
        assertThat(received).isEqualTo(sent);
        assertThat(MemberAddress.memberOf(received)).contains(member);
        assertThat(MemberAddress.idOf(received)).contains(member.id());
    }

    @Test
    void usualNamesMakeASmallAddress() {
        Address address =
                MemberAddress.of(ViewReaderTest.member(7, "gossamer-0.gossamer.cache.svc"), 1);
        assertThat(Util.size(address)).isLessThan(110);
    }

    @Test
    void anAddressOfAnotherKindIsNoMember() {
        assertThat(MemberAddress.memberOf(UUID.randomUUID())).isEmpty();
        assertThat(MemberAddress.memberOf(new ExtendedUUID(1, 2))).isEmpty();
        assertThat(
                        MemberAddress.memberOf(
                                new ExtendedUUID(1, 2).put(new byte[] {0}, new byte[] {1, 0})))
                .isEmpty();
    }

    private static Address overTheWire(Address address) throws IOException, ClassNotFoundException {
        ByteArrayDataOutputStream out = new ByteArrayDataOutputStream();
        Util.writeAddress(address, out);
        return Util.readAddress(new ByteArrayDataInputStream(out.buffer(), 0, out.position()));
    }

    /** The widest characters, up to the longest text. */
    private static String text(RandomGenerator random) {
        String letter = random.nextBoolean() ? "ab" : "ж€";
        return letter.repeat(random.nextInt(1, 128));
    }

    private static int port(RandomGenerator random) {
        return random.nextInt(0, 65_536);
    }
}
