package dev.gossamer.membership.ring;

import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/** Members with random ids, to place slots on. */
final class Meshes {
    private Meshes() {}

    static Member member(long id, String zone, int weight) {
        return new Member(
                new MemberId(id), "n", zone, weight, "h", new Member.Ports(0, 0, 0, 0, 0));
    }

    static List<Member> equal(RandomGenerator random, int size, int zones) {
        return weighted(random, size, zones, 100);
    }

    /** In ascending order of their ids; each weight is one of {@code weights}. */
    static List<Member> weighted(RandomGenerator random, int size, int zones, int... weights) {
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            int weight = weights[random.nextInt(weights.length)];
            members.add(member(random.nextLong(), "zone-" + i % zones, weight));
        }
        Collections.sort(members);
        return members;
    }
}
