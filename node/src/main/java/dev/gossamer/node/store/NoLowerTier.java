package dev.gossamer.node.store;

import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Version;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** {@link LowerTier#NONE}: what leaves the memory is gone. */
final class NoLowerTier implements LowerTier {
    private static final CompletableFuture<Void> LOADED = CompletableFuture.completedFuture(null);

    @Override
    public void written(int slot, Bytes key, Entry entry) {}

    @Override
    public void removed(int slot, Bytes key, Entry tombstone) {}

    @Override
    public boolean dropped(int slot, Bytes key) {
        return false;
    }

    @Override
    public void expired(int slot, Bytes key, Entry entry) {}

    @Override
    public boolean takes(int slot, Bytes key, Entry entry) {
        return false;
    }

    @Override
    public boolean raises(int slot, Bytes key, Entry entry) {
        return false;
    }

    @Override
    public @Nullable Version versionOrNull(int slot, Bytes key) {
        return null;
    }

    @Override
    public boolean mayHave(int slot, Bytes key) {
        return false;
    }

    @Override
    public void load(int slot, Bytes key, Loading then) {
        then.found(null);
    }

    @Override
    public boolean lend(int slot, Bytes key, Validity validity, ValueSink sink) {
        return false;
    }

    @Override
    public @Nullable Entry read(int slot, Bytes key) {
        return null;
    }

    @Override
    public RestedPage restedFrom(int slot, long from, long to, int max, long bytesMax) {
        return RestedPage.NONE;
    }

    @Override
    public List<RestedItem> read(int slot, List<Rested> rested, boolean whole) {
        return List.of();
    }

    @Override
    public int drop(int slot, IntPredicate which, Predicate<Version> spared) {
        return 0;
    }

    @Override
    public boolean hasRoom() {
        return false;
    }

    @Override
    public boolean isGivenUp() {
        return false;
    }

    @Override
    public boolean acknowledgesDurable() {
        return false;
    }

    @Override
    public void whenDurable(Runnable then) {
        then.run();
    }

    @Override
    public CompletableFuture<Void> loaded() {
        return LOADED;
    }

    @Override
    public int liveCount(int slot) {
        return 0;
    }

    @Override
    public long liveCount() {
        return 0;
    }
}
