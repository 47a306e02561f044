package dev.gossamer.node.cli.trace;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntConsumer;
import java.util.zip.GZIPInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * Reads a trace from a file, plain or compressed (xz, gz: told by their first bytes). It is
 * unpacked while it is read.
 */
public final class TraceFile {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int SAMPLE_BYTES = 4096;
    private static final int XZ_MEMORY_KIB_MAX = 256 * 1024;
    private static final int PROGRESS_INTERVAL = 1 << 16;
    private static final int CSV_FIELDS = 5;
    private static final byte[] XZ = {(byte) 0xfd, '7', 'z', 'X', 'Z', 0};
    private static final byte[] GZIP = {0x1f, (byte) 0x8b};

    private final Path path;
    private final IntConsumer progress;
    private final Trace.Builder trace = new Trace.Builder();

    private TraceFile(Path path, IntConsumer progress) {
        this.path = path;
        this.progress = progress;
    }

    /**
     * Reads the whole trace.
     *
     * @param progress is told every now and then how many accesses have been read
     * @throws TraceException when the file is missing, damaged, empty, or not of that format
     */
    public static Trace read(Path path, TraceFormat format, IntConsumer progress) {
        if (!Files.isRegularFile(path)) {
            throw new TraceException("there is no trace file " + path);
        }
        TraceFile file = new TraceFile(path, progress);
        try (InputStream in = new BufferedInputStream(unpacked(path), BUFFER_BYTES)) {
            file.readAs(format == TraceFormat.AUTO ? guess(in) : format, in);
        } catch (IOException e) {
            throw new TraceException("cannot read the trace " + path + ": " + e.getMessage(), e);
        }
        if (file.trace.count() == 0) {
            throw new TraceException("the trace " + path + " is empty");
        }
        return file.trace.build();
    }

    private static InputStream unpacked(Path path) throws IOException {
        InputStream in = new BufferedInputStream(Files.newInputStream(path), BUFFER_BYTES);
        byte[] first = peek(in, XZ.length);
        if (Arrays.equals(first, XZ)) {
            return new XZInputStream(in, XZ_MEMORY_KIB_MAX);
        }
        return first.length >= 2 && Arrays.equals(Arrays.copyOf(first, 2), GZIP)
                ? new GZIPInputStream(in, BUFFER_BYTES)
                : in;
    }

    private static byte[] peek(InputStream in, int count) throws IOException {
        in.mark(count);
        byte[] bytes = in.readNBytes(count);
        in.reset();
        return bytes;
    }

    private static TraceFormat guess(InputStream in) throws IOException {
        byte[] sample = peek(in, SAMPLE_BYTES);
        for (byte value : sample) {
            if (value >= 0 && value < ' ' && value != '\n' && value != '\r' && value != '\t') {
                return TraceFormat.CACHE2K;
            }
        }
        String firstLine =
                new String(sample, StandardCharsets.UTF_8).lines().findFirst().orElse("");
        return firstLine.split(",", -1).length == CSV_FIELDS ? TraceFormat.CSV : TraceFormat.KEYS;
    }

    private void readAs(TraceFormat format, InputStream in) throws IOException {
        switch (format) {
            case CACHE2K -> readIntegers(in);
            case CSV -> readLines(in, this::addCsvLine);
            case KEYS -> readLines(in, (line, number) -> addKey(line));
            case AUTO -> throw new IllegalArgumentException("guess the format first");
        }
    }

    private void readIntegers(InputStream in) throws IOException {
        DataInputStream integers = new DataInputStream(in);
        int first;
        while ((first = integers.read()) >= 0) {
            try {
                int key = first << 24;
                key |= integers.readUnsignedByte() << 16;
                key |= integers.readUnsignedShort();
                add(Integer.toUnsignedString(key), false);
            } catch (EOFException e) {
                throw new TraceException(
                        path
                                + " does not end after a multiple of 4 bytes: it is cut off, or not in"
                                + " the format cache2k (see --format)",
                        e);
            }
        }
    }

    private interface LineReader {
        void read(String line, int number);
    }

    private void readLines(InputStream in, LineReader reader) throws IOException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), BUFFER_BYTES);
        String line;
        for (int number = 1; (line = lines.readLine()) != null; number++) {
            reader.read(line, number);
        }
    }

    private void addKey(String line) {
        if (!line.isEmpty()) {
            add(line, false);
        }
    }

    private void addCsvLine(String line, int number) {
        String[] fields = line.split(",", -1);
        if (number == 1 && line.startsWith("version,")) {
            return;
        }
        if (fields.length != CSV_FIELDS) {
            throw new TraceException(
                    path + ":" + number + ": expected version,time,op,size,lbn, found: " + line);
        }
        add(fields[4].strip(), isWrite(fields[2].strip(), number));
        try {
            trace.at(Long.parseLong(fields[1].strip()));
        } catch (NumberFormatException e) {
            throw new TraceException(
                    path + ":" + number + ": time is a number, found: " + fields[1], e);
        }
    }

    private boolean isWrite(String op, int number) {
        return switch (op.toLowerCase(Locale.ROOT)) {
            case "28" -> false;
            case "2a" -> true;
            default ->
                    throw new TraceException(
                            path + ":" + number + ": op is 28 (read) or 2a (write), found: " + op);
        };
    }

    private void add(String key, boolean write) {
        trace.add(key, write);
        if (trace.count() % PROGRESS_INTERVAL == 0) {
            progress.accept(trace.count());
        }
    }
}
