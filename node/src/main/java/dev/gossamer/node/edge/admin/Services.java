package dev.gossamer.node.edge.admin;

import dev.gossamer.node.mesh.Mesh;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What the admin port asks for its answers.
 *
 * @param disk how the node's SSD tier is, where it has one; must answer at once
 * @param registry every meter of the node; the port shows it, and adds its own
 * @param clock for how long an entry has still to live
 * @param nanoClock monotonic, for latencies and for how long a connection has done nothing
 */
public record Services(
        Mesh mesh,
        Health health,
        Supplier<Optional<DiskAccount>> disk,
        EffectiveConfig config,
        PrometheusMeterRegistry registry,
        About about,
        InstantSource clock,
        LongSupplier nanoClock) {}
