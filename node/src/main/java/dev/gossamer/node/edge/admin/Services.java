package dev.gossamer.node.edge.admin;

import dev.gossamer.node.mesh.Mesh;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * What the admin port asks for its answers.
 *
 * @param registry every meter of the node; the port shows it, and adds its own
 * @param clock for how long an entry has still to live
 * @param nanoClock monotonic, for latencies and for how long a connection has done nothing
 */
public record Services(
        Mesh mesh,
        Health health,
        EffectiveConfig config,
        PrometheusMeterRegistry registry,
        About about,
        InstantSource clock,
        LongSupplier nanoClock) {}
