package dev.gossamer.gossip;

import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import java.util.List;

/**
 * What travels from one member to another. An exchange has three steps: {@code ASK} says how far
 * the sender knows each member, {@code ANSWER} brings what it lacked and says where the answerer is
 * behind, {@code TELL} brings that. A push is a {@code TELL} that nobody asked for.
 *
 * @param known how far the sender knows members
 * @param deltas what the sender knows beyond what the receiver did
 */
record Message(Kind kind, List<Known> known, List<Delta> deltas) {
    enum Kind {
        ASK(0),
        ANSWER(1),
        TELL(2);

        private final byte code;

        Kind(int code) {
            this.code = (byte) code;
        }

        /** What stands for this kind on the wire. */
        byte code() {
            return code;
        }
    }

    /** "Of this life of this member I know everything up to this sequence"; zeros for nothing. */
    record Known(MemberId member, long incarnation, long sequence) {}

    /**
     * Every fact of {@code member} with a sequence in {@code (after, upTo]}, in ascending order;
     * what a later fact of the same key has replaced is left out.
     */
    record Delta(MemberId member, long incarnation, long after, long upTo, List<Fact> facts) {
        Delta {
            facts = List.copyOf(facts);
        }
    }

    /** One key's value, and the sequence at which its owner gave it. */
    record Fact(String key, Bytes value, long sequence) {}

    Message {
        known = List.copyOf(known);
        deltas = List.copyOf(deltas);
    }
}
