package dev.gossamer.node.edge.admin;

import dev.gossamer.protocol.ErrorCode;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of values the port holds, coming and going, and how many it may (C12). Over the
 * limit, a request is refused and not queued.
 */
final class ByteBudget {
    private final long bytesMax;
    private final AtomicLong held = new AtomicLong();

    ByteBudget(long bytesMax, MeterRegistry registry) {
        this.bytesMax = bytesMax;
        Gauge.builder("gossamer.http.value.bytes", held, AtomicLong::get)
                .baseUnit("bytes")
                .description("Bytes of values that requests to the admin port hold")
                .register(registry);
        Gauge.builder("gossamer.http.value.bytes.max", () -> bytesMax)
                .description("The most bytes of values that they may hold")
                .register(registry);
    }

    /** What one request holds. Used on one event loop only. */
    Share share() {
        return new Share();
    }

    final class Share {
        private long mine;
        private boolean released;

        /**
         * @throws Problem.Raised with BUSY when all requests together would hold too much
         */
        void take(long bytes) {
            if (released) {
                return;
            }
            mine += bytes;
            if (held.addAndGet(bytes) > bytesMax) {
                release();
                throw Problem.of(
                                ErrorCode.BUSY,
                                "The admin port's requests hold " + bytesMax + " bytes already.")
                        .raised();
            }
        }

        /** Gives everything back; may be called again. */
        void release() {
            released = true;
            held.addAndGet(-mine);
            mine = 0;
        }
    }
}
