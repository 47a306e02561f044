package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.LowerAccounts;
import dev.gossamer.node.store.disk.io.Backend;
import dev.gossamer.protocol.MemberId;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * What the tier is put into.
 *
 * @param backend open for as long as the tier is
 * @param aside runs what would keep an event loop too long: virtual threads
 * @param member whose folder it is
 * @param accounts of the memory above
 * @param wallMillis milliseconds since 1970
 * @param nanoClock monotonic
 * @param random one that cannot be guessed: it names logs
 */
public record Around(
        Backend backend,
        Executor aside,
        DiskCaches caches,
        MemberId member,
        LowerAccounts accounts,
        LongSupplier wallMillis,
        LongSupplier nanoClock,
        RandomGenerator random) {}
