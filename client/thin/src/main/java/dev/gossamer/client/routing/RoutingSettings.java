package dev.gossamer.client.routing;

import dev.gossamer.client.connection.Address;
import dev.gossamer.client.connection.ConnectionSettings;
import java.time.Duration;
import java.util.List;

/**
 * How requests find their way.
 *
 * @param seeds proxying ports to begin with; at least one
 * @param requestTimeout from the call to its answer, retries included
 * @param connectionsPerNode to each port that is used
 * @param retriesMax how often one request is sent again at most
 */
public record RoutingSettings(
        List<Address> seeds,
        Duration requestTimeout,
        int connectionsPerNode,
        int retriesMax,
        ConnectionSettings connection) {
    public RoutingSettings {
        seeds = List.copyOf(seeds);
    }
}
