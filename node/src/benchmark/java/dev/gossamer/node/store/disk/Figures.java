package dev.gossamer.node.store.disk;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/**
 * What one run gave.
 *
 * @param cpuMicros processor time of this process for one operation
 */
record Figures(double perSecond, double p50Micros, double p99Micros, double cpuMicros) {
    private static final double MICROS_PER_NANO = 1e-3;

    /** What a run does until its time is over. */
    interface Load {
        void run(long endNanos, Histogram latencies) throws Exception;
    }

    static Figures of(long runNanos, Load load) throws Exception {
        Histogram latencies = new Histogram(3);
        long cpuBefore = cpuNanos();
        long start = System.nanoTime();
        load.run(start + runNanos, latencies);
        double seconds = (System.nanoTime() - start) / 1e9;
        long operations = Math.max(1, latencies.getTotalCount());
        return new Figures(
                operations / seconds,
                latencies.getValueAtPercentile(50) * MICROS_PER_NANO,
                latencies.getValueAtPercentile(99) * MICROS_PER_NANO,
                (cpuNanos() - cpuBefore) * MICROS_PER_NANO / operations);
    }

    /** The same, counted in parts of what was counted. */
    Figures parts(int parts) {
        return new Figures(perSecond * parts, p50Micros, p99Micros, cpuMicros / parts);
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean)
                        ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    /** The figures of all rounds, by what was run. */
    static final class Rounds {
        private final Map<String, List<Figures>> seen = new LinkedHashMap<>();
        private final String only;

        /**
         * @param only what the names of the runs begin with that are wanted
         */
        Rounds(String only) {
            this.only = only;
        }

        boolean wants(String name) {
            return name.startsWith(only) || only.startsWith(name);
        }

        /**
         * @param counts false for the round that lets the JIT compile
         */
        void run(boolean counts, String name, Callable<Figures> run) throws Exception {
            if (!name.startsWith(only)) {
                return;
            }
            Figures figures = run.call();
            if (counts) {
                seen.computeIfAbsent(name, _ -> new ArrayList<>()).add(figures);
            }
        }

        void print() {
            seen.forEach((name, runs) ->
                    System.out.printf(
                            Locale.ROOT,
                            "%-34s %,12.0f /s  p50 %9.2f us  p99 %9.2f us  cpu %8.2f us  (%s)%n",
                            name,
                            median(runs, Figures::perSecond),
                            median(runs, Figures::p50Micros),
                            median(runs, Figures::p99Micros),
                            median(runs, Figures::cpuMicros),
                            String.join(
                                    " ",
                                    runs.stream()
                                            .map(run ->
                                                    String.format(
                                                            Locale.ROOT, "%,.0f", run.perSecond()))
                                            .toList())));
        }

        /** The ratio of the medians, and what it should be. */
        void ratio(
                String what, String of, String to, ToDoubleFunction<Figures> figure, String bound) {
            if (seen.containsKey(of) && seen.containsKey(to)) {
                System.out.printf(
                        Locale.ROOT,
                        "%s of %s to %s: %.2f (wanted: %s)%n",
                        what,
                        of,
                        to,
                        median(seen.get(of), figure) / median(seen.get(to), figure),
                        bound);
            }
        }

        private static double median(List<Figures> runs, ToDoubleFunction<Figures> figure) {
            double[] sorted = runs.stream().mapToDouble(figure).sorted().toArray();
            return sorted[sorted.length / 2];
        }
    }
}
