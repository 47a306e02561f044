package dev.gossamer.membership.agreement;

import dev.gossamer.membership.agreement.ChangePlan.Placing;
import dev.gossamer.protocol.Member;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps the last placement: a change asks for the same one at each of its steps. */
final class LastPlacing implements Placing {
    private final Placing placing;
    private List<Member> members = List.of();
    private int replication;
    private short @Nullable [][] placedOrNull;

    LastPlacing(Placing placing) {
        this.placing = placing;
    }

    @Override
    public short[][] place(List<Member> wanted, int copies) {
        short[][] placed = placedOrNull;
        if (placed == null || copies != replication || !wanted.equals(members)) {
            placed = placing.place(wanted, copies);
            members = List.copyOf(wanted);
            replication = copies;
            placedOrNull = placed;
        }
        return placed;
    }
}
