package dev.gossamer.client.routing;

import dev.gossamer.client.connection.Address;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.Topology;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A topology as addresses: an immutable snapshot, taken once per attempt.
 *
 * <p><b>Cost.</b> {@link #primary} is two array reads.
 */
final class RouteTable {
    private final Topology topology;
    private final List<Optional<Address>> clustered = new ArrayList<>();
    private final List<Address> proxying;

    /**
     * @param others proxying ports beside the members': asked last, for members come and go
     */
    RouteTable(Topology topology, List<Address> others) {
        this.topology = topology;
        Set<Address> doors = new LinkedHashSet<>();
        for (Member member : topology.members()) {
            clustered.add(address(member, member.ports().clustered()));
            address(member, member.ports().redis()).ifPresent(doors::add);
        }
        doors.addAll(others);
        this.proxying = List.copyOf(doors);
    }

    private static Optional<Address> address(Member member, int port) {
        return port == 0 ? Optional.empty() : Optional.of(new Address(member.host(), port));
    }

    Topology topology() {
        return topology;
    }

    /** The clustered port of the slot's primary. */
    Optional<Address> primary(int slot) {
        return topology.isEmpty() ? Optional.empty() : clustered.get(topology.ownerIndex(slot, 0));
    }

    /** Ports that answer for the whole mesh; never empty. */
    List<Address> proxying() {
        return proxying;
    }

    boolean names(Address address) {
        return proxying.contains(address) || clustered.contains(Optional.of(address));
    }
}
