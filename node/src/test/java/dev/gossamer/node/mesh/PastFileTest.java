package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.membership.agreement.Returning;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PastFileTest {
    private static final MemberId SELF = new MemberId(7);

    @TempDir Path data;

    private static Past past(int number) {
        byte[] ranks = new byte[Slot.COUNT];
        ranks[3] = 1;
        ranks[5] = Past.NOTHING;
        return new Past(new Returning(Epoch.agreed(number), 99), -5, ranks);
    }

    @Test
    void whatWasSavedLastIsFoundAgain() {
        PastFile file = PastFile.open(data, SELF);
        assertThat(file.past()).isEqualTo(Past.NONE);
        file.save(past(1));
        file.save(past(2));
        assertThat(PastFile.open(data, SELF).past()).isEqualTo(past(2)).isNotEqualTo(past(1));
        assertThat(data).isDirectoryNotContaining("glob:**.new");
    }

    @Test
    void aFileThatWasCutChangedOrIsOfAnotherMemberCountsAsNone() throws IOException {
        PastFile.open(data, SELF).save(past(1));
        assertThat(PastFile.open(data, new MemberId(8)).past()).isEqualTo(Past.NONE);
        byte[] whole = Files.readAllBytes(data.resolve(PastFile.NAME));
        for (int at = 0; at < whole.length; at += at < 64 ? 1 : 611) {
            byte[] changed = whole.clone();
            changed[at] ^= 4;
            Files.write(data.resolve(PastFile.NAME), changed);
            assertThat(PastFile.open(data, SELF).past()).as("byte %d", at).isEqualTo(Past.NONE);
        }
        Files.write(data.resolve(PastFile.NAME), java.util.Arrays.copyOf(whole, 100));
        assertThat(PastFile.open(data, SELF).past()).isEqualTo(Past.NONE);
    }

    @Test
    void whatCannotBeWrittenIsSaid() throws IOException {
        PastFile file = PastFile.open(data, SELF);
        Files.createDirectory(data.resolve(PastFile.NAME + ".new"));
        assertThatThrownBy(() -> file.save(past(1)))
                .isInstanceOf(GossamerException.class)
                .hasMessageContaining(PastFile.NAME);
    }

    @Test
    void theBytesAreWhatTheyAlwaysWere() {
        byte[] bytes = PastFile.encode(SELF, past(1));
        assertThat(bytes).hasSize(16_428);
        assertThat(HexFormat.of().formatHex(bytes, 0, 46))
                .isEqualTo(
                        "474d5350"
                                + "01000000"
                                + "0700000000000000"
                                + HexFormat.of().formatHex(littleEndian(Epoch.agreed(1)))
                                + "6300000000000000"
                                + "fbffffffffffffff"
                                + "000000"
                                + "01"
                                + "00"
                                + "7f");
    }

    private static byte[] littleEndian(long value) {
        byte[] bytes = new byte[Long.BYTES];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (value >>> (8 * i));
        }
        return bytes;
    }
}
