package dev.gossamer.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A hash that members and clients of every version must agree on. */
final class KeyHashTest {
    @Test
    void theHashOfAKeyIsTheSameForEver() {
        assertThat(KeyHash.of(Bytes.utf8(""))).isEqualTo(7175312947680778460L);
        assertThat(KeyHash.of(Bytes.utf8("user:42"))).isEqualTo(3959713584062597864L);
        assertThat(KeyHash.of(Bytes.utf8("a key of more than eight bytes")))
                .isEqualTo(-5131011978867842402L);
    }

    @Test
    void keysThatDifferInOneBitOrOneLengthHaveOtherHashes() {
        Set<Long> seen = new HashSet<>();
        for (int length = 0; length < 40; length++) {
            byte[] bytes = new byte[length];
            assertThat(seen.add(KeyHash.of(Bytes.wrap(bytes.clone())))).isTrue();
            for (int bit = 0; bit < 8 * length; bit++) {
                byte[] flipped = bytes.clone();
                flipped[bit / 8] ^= (byte) (1 << (bit % 8));
                assertThat(seen.add(KeyHash.of(Bytes.wrap(flipped)))).isTrue();
            }
        }
    }
}
