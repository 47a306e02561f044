package dev.gossamer.node.store.disk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The device's limit, as fio finds it with io_uring and O_DIRECT. */
final class Fio {
    private static final double MICROS_PER_NANO = 1e-3;

    private final Path file;
    private final int seconds;

    Fio(Path file, int seconds) {
        this.file = file;
        this.seconds = seconds;
    }

    /**
     * @param kind randread or read
     * @param block as fio writes sizes
     */
    Figures run(String kind, String block, int depth) throws IOException, InterruptedException {
        return run(kind, block, depth, "--norandommap");
    }

    /** Reads at multiples of a sector, as a log does whose records are not padded to pages. */
    Figures runUnaligned(String block, int depth) throws IOException, InterruptedException {
        return run("randread", block, depth, "--blockalign=512");
    }

    private Figures run(String kind, String block, int depth, String option)
            throws IOException, InterruptedException {
        String out =
                report(
                        option,
                        "--rw=" + kind,
                        "--bs=" + block,
                        "--iodepth=" + depth,
                        "--time_based",
                        "--runtime=" + seconds);
        double perSecond = number(out, "\"iops\" : ([0-9.]+)");
        double cpuPercent =
                number(out, "\"usr_cpu\" : ([0-9.]+)") + number(out, "\"sys_cpu\" : ([0-9.]+)");
        return new Figures(
                perSecond,
                number(out, "\"50.000000\" : ([0-9]+)") * MICROS_PER_NANO,
                number(out, "\"99.000000\" : ([0-9]+)") * MICROS_PER_NANO,
                cpuPercent * 1e4 / perSecond);
    }

    private String report(String... options) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "fio",
                                "--name=limit",
                                "--filename=" + file,
                                "--readonly",
                                "--ioengine=io_uring",
                                "--direct=1",
                                "--randrepeat=0",
                                "--output-format=json"));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("fio failed: " + out);
        }
        return out;
    }

    /** The first of its kind, which in fio's report is that of the reads. */
    private static double number(String text, String pattern) throws IOException {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        if (!matcher.find()) {
            throw new IOException("fio said nothing of " + pattern + ": " + text);
        }
        return Double.parseDouble(matcher.group(1));
    }
}
