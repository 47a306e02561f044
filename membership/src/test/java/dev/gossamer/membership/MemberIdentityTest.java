package dev.gossamer.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.MemberId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemberIdentityTest {
    @TempDir private Path folder;

    @Test
    void theIdIsDrawnOnceAndKept() {
        Path data = folder.resolve("new/folder");
        MemberId first = claimAndFree(data, 1);
        assertThat(first).isEqualTo(new MemberId(new SplittableRandom(1).nextLong()));
        assertThat(claimAndFree(data, 2)).isEqualTo(first);
        assertThat(data.resolve("member-id")).hasContent(first + "\n");
    }

    @Test
    void anUnfinishedWriteOfAnEarlierStartIsOverwritten() throws IOException {
        Files.writeString(folder.resolve("member-id.new"), "half");
        MemberId id = claimAndFree(folder, 3);
        assertThat(claimAndFree(folder, 4)).isEqualTo(id);
        assertThat(folder.resolve("member-id.new")).doesNotExist();
    }

    @Test
    void aDamagedIdIsNamedAndKept() throws IOException {
        Path file = Files.writeString(folder.resolve("member-id"), "not an id");
        assertThatThrownBy(() -> claimAndFree(folder, 1))
                .isInstanceOf(GossamerException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("damaged");
        assertThat(file).hasContent("not an id");
    }

    @Test
    void anEmptyIdFileIsDamagedToo() throws IOException {
        Files.createFile(folder.resolve("member-id"));
        assertThatThrownBy(() -> claimAndFree(folder, 1)).hasMessageContaining("damaged");
    }

    @Test
    void aFolderThatIsHeldIsRefusedInOneSentenceUntilItIsFree() {
        MemberIdentity holder = MemberIdentity.claim(folder, new SplittableRandom(1));
        assertThatThrownBy(() -> claimAndFree(folder, 2))
                .isInstanceOf(GossamerException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining("in use by another process");
        holder.close();
        assertThat(claimAndFree(folder, 2)).isEqualTo(holder.id());
    }

    @Test
    void aFailedClaimLeavesTheFolderFree() throws IOException {
        Path file = Files.writeString(folder.resolve("member-id"), "damaged");
        assertThatThrownBy(() -> claimAndFree(folder, 1)).isInstanceOf(GossamerException.class);
        Files.delete(file);
        assertThat(claimAndFree(folder, 5)).isNotNull();
    }

    @Test
    void aFolderThatCannotBeMadeIsNamed() throws IOException {
        Path file = Files.createFile(folder.resolve("a-file"));
        assertThatThrownBy(() -> claimAndFree(file.resolve("data"), 1))
                .isInstanceOf(GossamerException.class)
                .hasMessageContaining("can't be written");
    }

    private static MemberId claimAndFree(Path data, long seed) {
        try (MemberIdentity identity = MemberIdentity.claim(data, new SplittableRandom(seed))) {
            return identity.id();
        }
    }
}
