package dev.gossamer.node.cli.chaos.history;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import dev.gossamer.node.cli.admin.JsonObject;
import dev.gossamer.node.cli.terminal.CliException;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * A history on disk: JSON lines, compressed by gzip; first the circumstances, then a line for each
 * call.
 */
public final class HistoryFile {
    private static final int FORMAT = 1;
    private static final JsonFactory FACTORY = new JsonFactory();

    private HistoryFile() {}

    /**
     * Writes a history, over what was there.
     *
     * @throws CliException when the file cannot be written
     */
    public static void write(Path file, History history) {
        try (Writer text =
                        new BufferedWriter(
                                new OutputStreamWriter(
                                        new GZIPOutputStream(Files.newOutputStream(file)),
                                        StandardCharsets.UTF_8));
                JsonGenerator out = FACTORY.createGenerator(text)) {
            out.setPrettyPrinter(new MinimalPrettyPrinter("\n"));
            writeHeader(history.circumstances(), out);
            for (Call call : history.calls()) {
                CallJson.write(call, out);
            }
        } catch (IOException e) {
            throw new CliException(
                    "the history " + file + " cannot be written: " + e.getMessage(), e);
        }
    }

    private static void writeHeader(Circumstances header, JsonGenerator out) throws IOException {
        out.writeStartObject();
        out.writeNumberField("history", FORMAT);
        out.writeNumberField("seed", header.seed());
        out.writeNumberField("auditor", header.auditor());
        out.writeObjectFieldStart("caches");
        for (Map.Entry<String, Consistency> cache : header.caches().entrySet()) {
            out.writeStringField(cache.getKey(), cache.getValue().name());
        }
        out.writeEndObject();
        out.writeArrayFieldStart("partitions");
        for (Period period : header.partitions()) {
            out.writeStartObject();
            out.writeNumberField("start", period.startNanos());
            out.writeNumberField("end", period.endNanos());
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws CliException that names the line which is no part of a history
     */
    public static History read(Path file) {
        int number = 0;
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(Files.newInputStream(file)),
                                StandardCharsets.UTF_8))) {
            number++;
            Circumstances header = readHeader(JsonObject.parse(String.valueOf(lines.readLine())));
            List<Call> calls = new ArrayList<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                calls.add(CallJson.read(JsonObject.parse(line)));
            }
            return new History(header, calls);
        } catch (IOException e) {
            throw new CliException("the history " + file + " cannot be read: " + e.getMessage(), e);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new CliException(
                    "line "
                            + number
                            + " of "
                            + file
                            + " is no part of a history: "
                            + e.getMessage(),
                    e);
        }
    }

    private static Circumstances readHeader(JsonObject header) {
        if (header.number("history") != FORMAT) {
            throw new IllegalArgumentException(
                    "format " + header.number("history") + " is unknown; this reads " + FORMAT);
        }
        Map<String, Consistency> caches = new LinkedHashMap<>();
        header.object("caches")
                .fields()
                .forEach((name, chosen) ->
                        caches.put(
                                name,
                                Consistency.valueOf(chosen.toString().toUpperCase(Locale.ROOT))));
        return new Circumstances(
                header.number("seed"),
                Math.toIntExact(header.number("auditor")),
                caches,
                header.objects("partitions").stream()
                        .map(period -> new Period(period.number("start"), period.number("end")))
                        .toList());
    }
}
