package dev.gossamer.node.cli.load;

import dev.gossamer.node.cli.terminal.Figures;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** How long requests took: three significant digits, up to a minute. Safe for many threads. */
public final class Latencies {
    private static final long NANOS_MAX = TimeUnit.MINUTES.toNanos(1);
    private static final int DIGITS = 3;

    private final Recorder recorder = new Recorder(NANOS_MAX, DIGITS);

    public void record(long nanos) {
        recorder.recordValue(Math.clamp(nanos, 0, NANOS_MAX));
    }

    /** What was recorded until now; nothing is counted again afterwards. */
    public Summary take() {
        Histogram histogram = recorder.getIntervalHistogram();
        return new Summary(
                histogram.getTotalCount(),
                histogram.getValueAtPercentile(50),
                histogram.getValueAtPercentile(99),
                histogram.getValueAtPercentile(99.9),
                histogram.getMaxValue());
    }

    /** Percentiles in nanoseconds. */
    public record Summary(long count, long p50Nanos, long p99Nanos, long p999Nanos, long maxNanos) {

        public String inWords() {
            return "p50 "
                    + Figures.latency(p50Nanos)
                    + ", p99 "
                    + Figures.latency(p99Nanos)
                    + ", p99.9 "
                    + Figures.latency(p999Nanos)
                    + ", max "
                    + Figures.latency(maxNanos);
        }

        public Map<String, Object> toMap() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("count", count);
            map.put("p50Nanos", p50Nanos);
            map.put("p99Nanos", p99Nanos);
            map.put("p999Nanos", p999Nanos);
            map.put("maxNanos", maxNanos);
            return map;
        }
    }
}
