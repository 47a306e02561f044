package dev.gossamer.node.store;

import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Version;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A tier under the memory without a disk: what a test {@link #sink sinks} rests in it, and it is as
 * slow as the test says. For one thread.
 */
public final class RestingEntries implements LowerTier {
    private final LowerAccounts accounts;
    private final ToIntFunction<Bytes> copies;
    private final NavigableMap<Place, Row> rows = new TreeMap<>();

    public boolean givenUp;

    /** How many of the next reads come too late. */
    public int late;

    /** Whether what rests here can be handed over without being read. */
    public boolean lends;

    /** Runs before anything is handed over. */
    public Runnable beforeLending = () -> {};

    /** Runs before the next reads of a list are answered, once. */
    public Runnable beforeReading = () -> {};

    /** Runs after the next list was made, once. */
    public Runnable afterListing = () -> {};

    private record Place(int slot, long position) implements Comparable<Place> {
        static Place of(Bytes key) {
            return new Place(key.slotIndex(), MemoryTier.positionOf(key));
        }

        @Override
        public int compareTo(Place other) {
            return slot != other.slot
                    ? Integer.compare(slot, other.slot)
                    : Long.compare(position, other.position);
        }
    }

    /**
     * @param counts whether it rests here and not in memory
     */
    private record Row(Bytes key, Entry entry, boolean counts) {}

    public RestingEntries(LowerAccounts accounts, ToIntFunction<Bytes> copies) {
        this.accounts = accounts;
        this.copies = copies;
    }

    /** What stands in memory under the key rests here from now on. */
    public void sink(MemoryTier memory, Bytes key) {
        Entry entry = Objects.requireNonNull(memory.peekOrNull(key));
        memory.remove(key);
        takes(key.slotIndex(), key, entry);
    }

    /** What rests under the key cannot be had any more. */
    public void lose(Bytes key) {
        Row row = Objects.requireNonNull(countedOrNull(key));
        accounts.lost(key.slotIndex());
        put(Place.of(key), null);
        accounts.letGo(key.slotIndex(), row.entry().clock());
    }

    private void put(Place place, @Nullable Row row) {
        Row before = row == null ? rows.remove(place) : rows.put(place, row);
        count(place, before);
        count(place, row);
    }

    private void count(Place place, @Nullable Row row) {
        if (row != null && row.counts()) {
            int wanted = copies.applyAsInt(row.key());
            accounts.mixed(place.slot(), wanted, place.position(), row.entry().version());
        }
    }

    private @Nullable Row countedOrNull(Bytes key) {
        Row row = rows.get(Place.of(key));
        return row != null && row.counts() && row.key().equals(key) ? row : null;
    }

    private List<Row> counted(int slot, long from, long to) {
        return rows.subMap(new Place(slot, from), new Place(slot, to)).values().stream()
                .filter(Row::counts)
                .toList();
    }

    private void answerLate() {
        if (late > 0) {
            late--;
            throw new GossamerException(ErrorCode.BUSY, "the disk is slow");
        }
    }

    @Override
    public void written(int slot, Bytes key, Entry entry) {
        put(Place.of(key), null);
    }

    @Override
    public void removed(int slot, Bytes key, Entry tombstone) {
        put(Place.of(key), null);
    }

    @Override
    public boolean dropped(int slot, Bytes key) {
        boolean rested = countedOrNull(key) != null;
        put(Place.of(key), null);
        return rested;
    }

    @Override
    public void expired(int slot, Bytes key, Entry entry) {
        put(Place.of(key), null);
    }

    @Override
    public boolean takes(int slot, Bytes key, Entry entry) {
        put(Place.of(key), new Row(key, entry, true));
        return true;
    }

    @Override
    public boolean raises(int slot, Bytes key, Entry entry) {
        Row row = countedOrNull(key);
        if (row == null || !row.entry().version().equals(entry.version())) {
            return false;
        }
        put(Place.of(key), new Row(key, row.entry(), false));
        return true;
    }

    @Override
    public @Nullable Version versionOrNull(int slot, Bytes key) {
        Row row = countedOrNull(key);
        return row == null ? null : row.entry().version();
    }

    @Override
    public boolean mayHave(int slot, Bytes key) {
        return countedOrNull(key) != null;
    }

    @Override
    public void load(int slot, Bytes key, Loading then) {
        if (late > 0) {
            late--;
            then.late();
            return;
        }
        Row row = countedOrNull(key);
        then.found(row == null ? null : row.entry());
    }

    @Override
    public boolean lend(int slot, Bytes key, Validity validity, ValueSink sink) {
        Row row = lends ? countedOrNull(key) : null;
        if (row == null || !validity.isValid(key, row.entry().clock())) {
            return false;
        }
        beforeLending.run();
        sink.value(ByteBuffer.wrap(row.entry().value()), 0, row.entry().valueLength());
        return true;
    }

    @Override
    public @Nullable Entry read(int slot, Bytes key) {
        answerLate();
        Row row = countedOrNull(key);
        return row == null ? null : row.entry();
    }

    @Override
    public RestedPage restedFrom(int slot, long from, long to, int max, long bytesMax) {
        RestedPage page = list(slot, from, to, max);
        Runnable now = afterListing;
        afterListing = () -> {};
        now.run();
        return page;
    }

    private RestedPage list(int slot, long from, long to, int max) {
        List<Rested> rested = new ArrayList<>();
        for (Row row : counted(slot, from, to)) {
            long position = MemoryTier.positionOf(row.key());
            if (rested.size() == max) {
                return new RestedPage(rested, position);
            }
            int wanted = copies.applyAsInt(row.key());
            rested.add(new Rested(position, row.entry().version(), wanted));
        }
        return new RestedPage(rested, MemoryTier.KeyPage.END);
    }

    @Override
    public List<RestedItem> read(int slot, List<Rested> rested, boolean whole) {
        answerLate();
        Runnable now = beforeReading;
        beforeReading = () -> {};
        now.run();
        List<RestedItem> items = new ArrayList<>();
        for (Rested each : rested) {
            Row row = rows.get(new Place(slot, each.position()));
            if (row != null) {
                items.add(new RestedItem(row.key(), row.entry()));
            }
        }
        return items;
    }

    @Override
    public int drop(int slot, IntPredicate which, Predicate<Version> spared) {
        List<Row> goes =
                counted(slot, 0, Long.MAX_VALUE).stream()
                        .filter(row -> which.test(copies.applyAsInt(row.key())))
                        .filter(row -> !spared.test(row.entry().version()))
                        .toList();
        goes.forEach(row -> put(Place.of(row.key()), null));
        return goes.size();
    }

    @Override
    public boolean hasRoom() {
        return !givenUp;
    }

    @Override
    public boolean isGivenUp() {
        return givenUp;
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
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public int liveCount(int slot) {
        return counted(slot, 0, Long.MAX_VALUE).size();
    }

    @Override
    public long liveCount() {
        return rows.values().stream().filter(Row::counts).count();
    }
}
