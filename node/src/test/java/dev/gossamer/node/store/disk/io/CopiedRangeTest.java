package dev.gossamer.node.store.disk.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Way.class)
class CopiedRangeTest extends OnEveryWay {
    private static final int PAGE = 4096;

    @Test
    void aCopyHasWhatWasWrittenBeforeIt() throws IOException {
        try (DiskFile file = backend.create(folder.resolve("file"), 16 * PAGE)) {
            ByteBuffer copy = ByteBuffer.allocateDirect(2 * PAGE);
            file.copy(4 * PAGE, copy);
            write(file, 4 * PAGE, pattern(4 * PAGE, PAGE));
            file.copy(4 * PAGE, copy.clear());
            assertThat(copy.hasRemaining()).isFalse();
            assertThat(copy.slice(0, PAGE)).isEqualTo(pattern(4 * PAGE, PAGE));
            assertThat(copy.get(PAGE + 7)).isZero();
        }
    }

    @Test
    void aFileThatWasCutHasLess() throws IOException {
        Path path = prefilled(4 * PAGE);
        try (DiskFile file = backend.open(path, false)) {
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                channel.truncate(3 * PAGE);
            }
            ByteBuffer copy = ByteBuffer.allocateDirect(2 * PAGE);
            file.copy(2 * PAGE, copy);
            assertThat(copy.flip()).isEqualTo(pattern(2 * PAGE, PAGE));
            file.copy(3 * PAGE, copy.clear());
            assertThat(copy.position()).isZero();
        }
    }

    @Test
    void nothingIsCopiedOfAFileThatWasClosed() throws IOException {
        DiskFile file = backend.open(prefilled(4 * PAGE), false);
        file.close();
        assertThatThrownBy(() -> file.copy(0, ByteBuffer.allocateDirect(PAGE)))
                .isInstanceOf(DiskException.Closed.class);
    }
}
