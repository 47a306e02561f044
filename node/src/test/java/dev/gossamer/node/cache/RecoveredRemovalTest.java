package dev.gossamer.node.cache;

import static dev.gossamer.node.cache.KeyspaceLab.bytes;
import static dev.gossamer.node.cache.KeyspaceLab.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cache.Operation.Condition;
import dev.gossamer.node.cache.Operation.Expiry;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Removals that the node's own SSD kept over a restart. */
class RecoveredRemovalTest {
    private static final Bytes K = key("k");
    private static final Version REMOVED = new Version(3, 10, new MemberId(2));

    private final KeyspaceLab lab = new KeyspaceLab(1L << 30);

    @AfterEach
    void theTierIsWhole() {
        lab.check();
    }

    private void recover(long forgetAtMillis) {
        lab.keyspace.recover(K.slotIndex(), K, Entry.tombstone(REMOVED, forgetAtMillis));
    }

    @Test
    void aRemovalThatIsRememberedYetKeepsOlderCopiesOut() {
        recover(KeyspaceLab.START_MILLIS + 1_000);
        Entry standing = lab.keyspace.peekOrNull(K);
        assertThat(standing.isTombstone()).isTrue();
        assertThat(standing.version()).isEqualTo(REMOVED);
        Entry older = Entry.of(bytes("old"), new Version(3, 9, new MemberId(2)), Entry.NEVER);
        lab.keyspace.merge(K, older);
        assertThat(lab.keyspace.peekOrNull(K).isTombstone()).isTrue();
    }

    @Test
    void aRemovalWhoseTimeIsOverIsNotRemembered() {
        recover(KeyspaceLab.START_MILLIS - 1);
        assertThat(lab.keyspace.peekOrNull(K)).isNull();
    }

    @Test
    void whatWasWrittenSinceTheStartIsLaterThanWhatTheDiskRemembers() {
        lab.apply(new Operation.Put(K, bytes("new"), Expiry.NONE, Condition.ALWAYS, false));
        recover(KeyspaceLab.START_MILLIS + 1_000);
        assertThat(lab.keyspace.peekOrNull(K).isTombstone()).isFalse();
    }
}
