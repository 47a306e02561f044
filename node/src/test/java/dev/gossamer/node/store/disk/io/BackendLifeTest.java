package dev.gossamer.node.store.disk.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** How files and backends begin and end, on every way to the disk. */
@ParameterizedClass
@EnumSource(Way.class)
class BackendLifeTest extends OnEveryWay {
    private static final int MIB = 1 << 20;

    @Test
    void aNewFileIsZeroAndItsSpaceIsReserved() throws IOException {
        Path path = folder.resolve("new");
        try (DiskFile file = backend.create(path, 3 * MIB + 1)) {
            assertThat(file.length()).isEqualTo(3 * MIB + 1).isEqualTo(Files.size(path));
            assertThat(bytesOnDisk(path)).isGreaterThanOrEqualTo(3 * MIB);
            assertThat(read(file, MIB - 1, direct(1, 2, 3))).isEqualTo(direct(0, 0, 0));
        }
    }

    /** What stat(1) counts, in blocks of 512 bytes. */
    private static long bytesOnDisk(Path path) throws IOException {
        Process stat = new ProcessBuilder("stat", "-c", "%b", path.toString()).start();
        try (InputStream out = stat.getInputStream()) {
            String blocks = new String(out.readAllBytes(), StandardCharsets.US_ASCII).strip();
            return 512 * Long.parseLong(blocks);
        }
    }

    @Test
    void aFileThatIsThereIsNotMadeAgain() throws IOException {
        Path path = prefilled(4096);
        assertThatThrownBy(() -> backend.create(path, 8192))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThat(Files.size(path)).isEqualTo(4096);
    }

    @Test
    void aFileThatIsMissingIsNotOpened() {
        assertThatThrownBy(() -> backend.open(folder.resolve("missing"), true))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void aFileForWhichThereIsNoRoomIsRefusedAndLeavesNothing() {
        assumeThat(way)
                .as("the other ways write zeros until the disk is full")
                .isNotEqualTo(Way.PORTABLE_WITHOUT_NATIVE_CALLS);
        Path path = folder.resolve("petabyte");
        assertThatThrownBy(() -> backend.create(path, 1L << 50))
                .isInstanceOf(DiskException.Full.class)
                .hasMessageContaining("petabyte");
        assertThat(path).doesNotExist();
    }

    @Test
    void aClosedFileRefuses() throws IOException {
        DiskFile file = backend.open(prefilled(8192), true);
        file.close();
        assertThat(readFailure(file, 0, 10)).isInstanceOf(DiskException.Closed.class);
        Ended synced = new Ended();
        file.sync(synced);
        assertThat(synced.awaitFailure()).isInstanceOf(DiskException.Closed.class);
        assertThat(file.readNow(0, ByteBuffer.allocateDirect(10))).isFalse();
        file.close();
    }

    @Test
    void whatIsUnderWayWhenAFileIsClosedEndsAndThenItsDescriptorsAreGone() throws IOException {
        Path path = prefilled(4 * MIB);
        DiskFile file = backend.open(path, true);
        List<Ended> ends = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            Ended end = new Ended();
            file.read(i * 4096L, ByteBuffer.allocateDirect(4096), end);
            ends.add(end);
        }
        assertThat(openDescriptors(path)).isPositive();
        file.close();
        ends.forEach(Ended::awaitDone);
        await(() -> openDescriptors(path) == 0);
    }

    @Test
    void noDescriptorStaysBehind() throws IOException {
        Path path = prefilled(8192);
        for (int i = 0; i < 50; i++) {
            try (DiskFile file = backend.open(path, true)) {
                read(file, 1, ByteBuffer.allocateDirect(100));
                file.readNow(1, ByteBuffer.allocateDirect(100));
            }
        }
        backend.create(folder.resolve("new"), 8192).close();
        await(() -> openDescriptors(path) == 0 && openDescriptors(folder.resolve("new")) == 0);
    }

    private static long openDescriptors(Path path) {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(each -> leadsTo(each, path)).count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean leadsTo(Path link, Path path) {
        try {
            return Files.readSymbolicLink(link).equals(path);
        } catch (IOException _) {
            // Closed since it was listed.
            return false;
        }
    }

    @Test
    void aFileThatIsOpenForReadingIsNotWritten() throws IOException {
        try (DiskFile file = backend.open(prefilled(8192), false)) {
            assumeThat(way).isNotEqualTo(Way.FAULTY_WITHOUT_FAULTS);
            assertThatThrownBy(() -> file.write(0, direct(1), new Ended()))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void onlyDirectBuffersAndPlacesThatExistAreTaken() throws IOException {
        try (DiskFile file = backend.open(prefilled(8192), true)) {
            assertThatThrownBy(() -> file.read(0, ByteBuffer.allocate(10), new Ended()))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> file.read(-1, direct(1), new Ended()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void completionsRunOnLoopsAndVirtualThreadsNeverOnTheCaller() throws IOException {
        try (DiskFile file = backend.open(prefilled(8192), true)) {
            Ended read = new Ended();
            file.read(0, ByteBuffer.allocateDirect(10), read);
            Ended pastEnd = new Ended();
            file.read(9000, ByteBuffer.allocateDirect(10), pastEnd);
            for (Ended end : List.of(read, pastEnd)) {
                Thread thread = end.thread();
                assertThat(thread).isNotEqualTo(Thread.currentThread());
                assertThat(thread.isVirtual() || thread.getName().startsWith("gossamer-loop"))
                        .as(thread.getName())
                        .isTrue();
            }
        }
    }

    @Test
    void aCompletionThatThrowsHarmsNobody() throws IOException {
        try (DiskFile file = backend.open(prefilled(8192), true)) {
            file.read(0, ByteBuffer.allocateDirect(10), new Throwing());
            file.read(9000, ByteBuffer.allocateDirect(10), new Throwing());
            assertThat(read(file, 0, ByteBuffer.allocateDirect(10))).isEqualTo(pattern(0, 10));
            await(() -> backend.stats().pending() == 0);
        }
    }

    /** A completion with a defect. */
    private static final class Throwing implements Completion {
        @Override
        public void done() {
            throw new IllegalStateException("on purpose");
        }

        @Override
        public void failed(DiskException why) {
            throw new IllegalStateException("on purpose", why);
        }
    }

    @Test
    void aBackendThatIsClosedEndsWhatIsUnderWayAndRefusesTheRest() throws IOException {
        DiskFile file = backend.open(prefilled(4 * MIB), true);
        List<Ended> ends = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            Ended end = new Ended();
            file.read(i * 4000L, ByteBuffer.allocateDirect(4096), end);
            ends.add(end);
        }
        backend.close();
        for (Ended end : ends) {
            DiskException failure = end.awaitFailureOrNull();
            if (failure != null) {
                assertThat(failure).isInstanceOf(DiskException.Closed.class);
            }
        }
        assertThat(readFailure(file, 0, 10)).isInstanceOf(DiskException.Closed.class);
        file.close();
        await(() -> backend.stats().pending() == 0);
    }
}
