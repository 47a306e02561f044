package dev.gossamer.node.mesh.audit;

import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.Sighting;
import dev.gossamer.protocol.Member;
import java.util.ArrayList;
import java.util.List;

/** Some writes, and what each member answered that was asked about all of them at once. */
final class Round {
    final List<Sample> samples;
    private final List<Heard> heard = new ArrayList<>();
    private int open;

    /** A member's answer, or that none came. */
    private record Heard(Member member, long sentNanos, Reply reply) {}

    Round(List<Sample> samples, int members) {
        this.samples = samples;
        this.open = members;
    }

    /**
     * @return whether all have been heard
     */
    boolean heard(Member member, long sentNanos, Reply reply) {
        heard.add(new Heard(member, sentNanos, reply));
        return --open == 0;
    }

    /** What was seen of one of them at all members. */
    List<Look> looksAt(int index) {
        List<Look> looks = new ArrayList<>(heard.size());
        Sample sample = samples.get(index);
        for (Heard each : heard) {
            long after = each.sentNanos - sample.sinceNanos;
            boolean told =
                    each.reply instanceof Reply.Inspected(var _, var sightings)
                            && sightings.size() == samples.size();
            looks.add(
                    told
                            ? look(each.member, after, (Reply.Inspected) each.reply, index)
                            : new Look(each.member, after, 0, null));
        }
        return looks;
    }

    private static Look look(Member member, long after, Reply.Inspected told, int index) {
        Sighting sighting = told.sightings().get(index);
        return new Look(member, after, told.epoch(), sighting);
    }
}
