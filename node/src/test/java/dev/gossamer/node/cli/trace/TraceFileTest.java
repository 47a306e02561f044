package dev.gossamer.node.cli.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

class TraceFileTest {
    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"plain", "gz", "xz"})
    void integersAreReadPlainAndCompressed(String packing) throws IOException {
        Path file = write(integers(7, 9, 7, -1), packing);
        Trace trace = TraceFile.read(file, TraceFormat.AUTO, _ -> {});
        assertThat(keys(trace)).containsExactly("7", "9", "7", "4294967295");
        assertThat(trace.keyCount()).isEqualTo(3);
        assertThat(trace.reads()).isEqualTo(4);
    }

    @Test
    void blockRequestsAreReadsAndWritesOfTheirBlockWithTheirTimes() throws IOException {
        String csv = "version,time,op,size,lbn\n1,100,2a,512,42\n1,250,28,512,42\n1,900,28,512,7\n";
        Trace trace = TraceFile.read(write(utf8(csv), "xz"), TraceFormat.AUTO, _ -> {});
        assertThat(keys(trace)).containsExactly("42", "42", "7");
        assertThat(trace.isWrite(0)).isTrue();
        assertThat(trace.reads()).isEqualTo(2);
        assertThat(trace.timed()).isTrue();
        assertThat(trace.micros(2) - trace.micros(0)).isEqualTo(800);
    }

    @Test
    void linesOfTextAreKeys() throws IOException {
        Trace trace = TraceFile.read(write(utf8("a\nb,c\n\nä\n"), "gz"), TraceFormat.AUTO, _ -> {});
        assertThat(keys(trace)).containsExactly("a", "b,c", "ä");
        assertThat(trace.timed()).isFalse();
    }

    @Test
    void aTraceThatIsCutOffSaysSo() throws IOException {
        Path file = write(new byte[] {0, 0, 0, 1, 0, 0}, "plain");
        assertThatThrownBy(() -> TraceFile.read(file, TraceFormat.AUTO, _ -> {}))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("multiple of 4 bytes");
    }

    @Test
    void aLineThatIsNoRequestIsNamedByItsNumber() throws IOException {
        Path file = write(utf8("1,1,28,512,1\n1,2,99,512,1\n"), "plain");
        assertThatThrownBy(() -> TraceFile.read(file, TraceFormat.CSV, _ -> {}))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining(":2:")
                .hasMessageContaining("99");
    }

    @Test
    void missingEmptyAndDamagedFilesAreOneSentence() throws IOException {
        assertThatThrownBy(() -> TraceFile.read(folder.resolve("no"), TraceFormat.AUTO, _ -> {}))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("there is no trace file");
        Path empty = write(new byte[0], "plain");
        assertThatThrownBy(() -> TraceFile.read(empty, TraceFormat.KEYS, _ -> {}))
                .hasMessageContaining("is empty");
        byte[] packed = Files.readAllBytes(write(integers(1, 2, 3), "xz"));
        packed[packed.length / 2] ^= 0x55;
        Path damaged = write(packed, "plain");
        assertThatThrownBy(() -> TraceFile.read(damaged, TraceFormat.AUTO, _ -> {}))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("cannot read the trace");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] integers(int... keys) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        for (int key : keys) {
            out.writeInt(key);
        }
        return bytes.toByteArray();
    }

    private Path write(byte[] content, String packing) throws IOException {
        Path file = Files.createTempFile(folder, "trace", "." + packing);
        try (OutputStream out = pack(Files.newOutputStream(file), packing)) {
            out.write(content);
        }
        return file;
    }

    private static OutputStream pack(OutputStream out, String packing) throws IOException {
        return switch (packing) {
            case "gz" -> new GZIPOutputStream(out);
            case "xz" -> new XZOutputStream(out, new LZMA2Options());
            default -> out;
        };
    }

    private static List<String> keys(Trace trace) {
        List<String> keys = new ArrayList<>();
        for (int at = 0; at < trace.length(); at++) {
            keys.add(new String(trace.keyText(trace.key(at)), StandardCharsets.UTF_8));
        }
        return keys;
    }
}
