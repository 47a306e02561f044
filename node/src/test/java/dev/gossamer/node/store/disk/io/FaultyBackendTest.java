package dev.gossamer.node.store.disk.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.node.store.disk.io.Fault.Effect;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disk that fails, which the tests of the tier stand on. */
class FaultyBackendTest {
    private static final int BYTES = 4000;

    @TempDir Path folder;

    private final Faults faults = new Faults(42);
    private Backend backend;
    private DiskFile file;

    @BeforeEach
    void open() throws IOException {
        backend = over(faults);
        file = backend.open(Files.write(folder.resolve("f"), filled(BYTES, 1)), true);
    }

    private static Backend over(Faults faults) {
        return new FaultyBackend(
                new PortableBackend(
                        "a test",
                        IoSettings.DEFAULTS,
                        Thread::startVirtualThread,
                        System::nanoTime,
                        Linux.available()),
                faults);
    }

    @AfterEach
    void close() {
        file.close();
        backend.close();
    }

    @Test
    void theNthOperationOfAKindFailsAndNoOther() {
        faults.set(Fault.nth(Operation.READ, 3, new Effect.Broken()));
        write(1).awaitDone();
        read().awaitDone();
        read().awaitDone();
        assertThat(read().awaitFailure()).isInstanceOf(DiskException.Failed.class);
        read().awaitDone();
        assertThat(faults.struck()).isEqualTo(1);
    }

    @Test
    void aFullDiskTakesNoWriteAndNoFileUntilThereIsRoom() throws IOException {
        faults.set(Fault.every(Operation.WRITE, new Effect.Full()));
        assertThat(write(2).awaitFailure()).isInstanceOf(DiskException.Full.class);
        assertThatThrownBy(() -> backend.create(folder.resolve("new"), 10))
                .isInstanceOf(DiskException.Full.class);
        assertThat(folder.resolve("new")).doesNotExist();
        assertThat(content()).isEqualTo(filled(BYTES, 1));
        read().awaitDone();
        faults.clear();
        write(2).awaitDone();
        backend.create(folder.resolve("new"), 10).close();
    }

    @Test
    void aTornWriteLeavesAPrefixAndSaysSo() throws IOException {
        faults.set(Fault.every(Operation.WRITE, new Effect.Torn()));
        assertThat(write(2).awaitFailure()).isInstanceOf(DiskException.Failed.class);
        assertThatAPrefixIsNew();
    }

    @Test
    void aLostWriteLeavesAPrefixAndSaysNothing() throws IOException {
        faults.set(Fault.every(Operation.WRITE, new Effect.Lost()));
        write(2).awaitDone();
        assertThatAPrefixIsNew();
    }

    private void assertThatAPrefixIsNew() throws IOException {
        byte[] seen = content();
        int end = 0;
        while (seen[end] == 2) {
            end++;
        }
        assertThat(end).isPositive().isLessThan(BYTES);
        assertThat(Arrays.copyOfRange(seen, end, BYTES)).containsOnly(1);
    }

    @Test
    void aFlippedBitIsReadAndTheFileIsAsItWas() throws IOException {
        faults.set(Fault.every(Operation.READ, new Effect.Flipped()));
        ByteBuffer seen = ByteBuffer.allocateDirect(BYTES);
        Ended end = new Ended();
        file.read(0, seen, end);
        end.awaitDone();
        assertThat(bitsThatDiffer(seen)).isEqualTo(1);
        assertThat(content()).isEqualTo(filled(BYTES, 1));
    }

    @Test
    void aFlippedBitIsWrittenAndTheBufferIsAsItWas() throws IOException {
        faults.set(Fault.every(Operation.WRITE, new Effect.Flipped()));
        ByteBuffer ones = ByteBuffer.allocateDirect(BYTES).put(0, filled(BYTES, 1));
        Ended end = new Ended();
        file.write(0, ones, end);
        end.awaitDone();
        assertThat(bitsThatDiffer(ByteBuffer.wrap(content()))).isEqualTo(1);
        assertThat(bitsThatDiffer(ones)).isZero();
    }

    private static int bitsThatDiffer(ByteBuffer seen) {
        int bits = 0;
        for (int i = 0; i < seen.limit(); i++) {
            bits += Integer.bitCount(seen.get(i) ^ 1);
        }
        return bits;
    }

    @Test
    void aSlowDiskIsSlow() {
        faults.set(Fault.every(Operation.SYNC, new Effect.Slow(Duration.ofMillis(50))));
        long before = System.nanoTime();
        Ended end = new Ended();
        file.sync(end);
        end.awaitDone();
        assertThat(System.nanoTime() - before)
                .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(50));
    }

    @Test
    void aSyncFails() {
        faults.set(Fault.every(Operation.SYNC, new Effect.Broken()));
        Ended end = new Ended();
        file.sync(end);
        assertThat(end.awaitFailure()).isInstanceOf(DiskException.Failed.class);
    }

    @Test
    void oneSeedStrikesTheSameOperations() {
        assertThat(strikes(7)).isEqualTo(strikes(7)).isNotEqualTo(strikes(8));
        assertThat(strikes(7).cardinality()).isBetween(50, 150);
    }

    private static BitSet strikes(long seed) {
        Faults some = new Faults(seed);
        some.set(Fault.some(Operation.READ, 0.1, new Effect.Broken()));
        BitSet struck = new BitSet();
        for (int i = 0; i < 1000; i++) {
            struck.set(i, some.strike(Operation.READ, "f").isPresent());
        }
        return struck;
    }

    @Test
    void onlyFilesOfTheNameAreStruck() throws IOException {
        faults.set(Fault.every(Operation.READ, new Effect.Broken()).on("other"));
        read().awaitDone();
        Path other = Files.write(folder.resolve("another-one"), filled(BYTES, 1));
        try (DiskFile second = backend.open(other, true)) {
            Ended end = new Ended();
            second.read(0, ByteBuffer.allocateDirect(1), end);
            assertThat(end.awaitFailure()).isInstanceOf(DiskException.Failed.class);
        }
    }

    @Test
    void theCacheDoesNotHideWhatIsStruck() {
        faults.set(Fault.every(Operation.READ, new Effect.Broken()));
        assertThat(file.readNow(0, ByteBuffer.allocateDirect(10))).isFalse();
    }

    @Test
    void rulesComeFromAFileThatChangesWhileItRuns() throws IOException {
        Path rules = folder.resolve("rules");
        try (Backend watching = over(Faults.watching(rules, 1));
                DiskFile watched = watching.open(folder.resolve("f"), true)) {
            readOf(watched).awaitDone();
            put(rules, "read error file=f strikes=2\n\nwrite full p=1 skip=0\nany slow=1\n");
            assertThat(readOf(watched).awaitFailure()).isInstanceOf(DiskException.Failed.class);
            put(rules, "write error\n");
            readOf(watched).awaitDone();
            put(rules, "read error\n");
            assertThat(readOf(watched).awaitFailure()).isInstanceOf(DiskException.Failed.class);
            Files.delete(rules);
            readOf(watched).awaitDone();
        }
    }

    private static void put(Path rules, String text) throws IOException {
        Path fresh = Files.writeString(rules.resolveSibling("rules-fresh"), text);
        Files.move(fresh, rules, StandardCopyOption.ATOMIC_MOVE);
    }

    @Test
    void aRuleThatIsNotUnderstoodIsRefused() {
        for (String wrong : new String[] {"read explode", "burn error", "read error q=1"}) {
            assertThatThrownBy(() -> Fault.parse(wrong))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private Ended read() {
        return readOf(file);
    }

    private static Ended readOf(DiskFile file) {
        Ended end = new Ended();
        file.read(0, ByteBuffer.allocateDirect(BYTES), end);
        return end;
    }

    private Ended write(int value) {
        Ended end = new Ended();
        file.write(0, ByteBuffer.allocateDirect(BYTES).put(0, filled(BYTES, value)), end);
        return end;
    }

    private byte[] content() throws IOException {
        return Files.readAllBytes(folder.resolve("f"));
    }

    private static byte[] filled(int bytes, int value) {
        byte[] all = new byte[bytes];
        Arrays.fill(all, (byte) value);
        return all;
    }
}
