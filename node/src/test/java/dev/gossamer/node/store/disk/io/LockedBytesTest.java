package dev.gossamer.node.store.disk.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Way.class)
class LockedBytesTest extends OnEveryWay {
    private static final int PAGE = 4096;

    @Test
    void lockedBytesAreThoseOfTheFileAndFollowWhatIsWritten() throws IOException {
        try (DiskFile file = backend.create(folder.resolve("file"), 16 * PAGE)) {
            write(file, 4 * PAGE, pattern(4 * PAGE, PAGE));
            try (LockedBytes locked = file.lock(4 * PAGE, 2 * PAGE)) {
                ByteBuffer bytes = locked.bytes();
                assertThat(bytes.slice(0, PAGE)).isEqualTo(pattern(4 * PAGE, PAGE));
                assertThat(bytes.get(PAGE + 7)).isZero();
                write(file, 5 * PAGE, pattern(5 * PAGE, PAGE));
                assertThat(bytes.slice(PAGE, PAGE)).isEqualTo(pattern(5 * PAGE, PAGE));
            }
        }
    }

    @Test
    void whoReadsWhatWasLetGoOfHearsOfIt() throws IOException {
        try (DiskFile file = backend.open(prefilled(4 * PAGE), false)) {
            LockedBytes locked = file.lock(0, 4 * PAGE);
            locked.close();
            assertThatThrownBy(() -> locked.bytes().get(0))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void whatIsBeyondTheEndOrClosedIsNotLocked() throws IOException {
        Path path = prefilled(4 * PAGE);
        DiskFile file = backend.open(path, false);
        assertThatThrownBy(() -> file.lock(4 * PAGE, PAGE)).isInstanceOf(IOException.class);
        file.close();
        assertThatThrownBy(() -> file.lock(0, PAGE)).isInstanceOf(IOException.class);
    }
}
