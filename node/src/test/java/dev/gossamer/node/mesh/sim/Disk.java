package dev.gossamer.node.mesh.sim;

import dev.gossamer.membership.agreement.AcceptorState;
import dev.gossamer.node.cache.ClockCeiling;
import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.Keyspace.Item;
import dev.gossamer.node.cache.Tags;
import dev.gossamer.node.mesh.Notary;
import dev.gossamer.node.mesh.Past;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What a machine keeps over the end of a process: the word given, how far the clock went, what was
 * held, which tags were invalidated, and the entries themselves, as far as its kind of disk goes.
 */
final class Disk {
    /** What becomes of the entries when a process is killed. One that stops by itself keeps all. */
    enum Kind {
        /** All are gone. */
        NONE,
        /** All are there. */
        WHOLE,
        /** Of the latest changes some are lost, and what they replaced is known to be old. */
        LOSSY,
        /** The state of the moment when the past was kept last. */
        OLD
    }

    /** Everything that a process had. */
    private record Image(List<Item> items, Tags.Page tags) {
        static final Image EMPTY = new Image(List.of(), new Tags.Page(0, 0, 0, List.of()));

        static Image of(Keyspace keyspace) {
            List<Item> items = new ArrayList<>();
            for (int slot = 0; slot < Slot.COUNT; slot++) {
                items.addAll(keyspace.page(slot, 0, Integer.MAX_VALUE, Long.MAX_VALUE).items());
            }
            return new Image(List.copyOf(items), keyspace.tags().page(0, 1));
        }

        Image without(Predicate<Bytes> lost) {
            return new Image(items.stream().filter(item -> !lost.test(item.key())).toList(), tags);
        }
    }

    private final Kind kind;
    private AcceptorState acceptor = AcceptorState.none();
    private Past past = Past.NONE;
    private Image image = Image.EMPTY;
    private long ceiling;

    Disk(Kind kind) {
        this.kind = kind;
    }

    AcceptorState acceptor() {
        return acceptor;
    }

    void forgetWord() {
        acceptor = AcceptorState.none();
    }

    void forgetClock() {
        ceiling = 0;
    }

    void forgetPast() {
        past = Past.NONE;
    }

    void forgetTags() {
        image = new Image(image.items(), Image.EMPTY.tags());
    }

    /** Another machine has none of it. */
    void forgetEntries() {
        image = Image.EMPTY;
        past = Past.NONE;
    }

    /** What the process that begins finds. */
    void load(MemoryTier tier, Keyspace keyspace) {
        image.items().forEach(item -> tier.put(item.key(), item.entry()));
        keyspace.tags().adopt(image.tags());
    }

    Kind kind() {
        return kind;
    }

    /**
     * A process is killed.
     *
     * @param isRecent whether what was done last under a key had not reached the disk
     */
    void killed(Keyspace keyspace, Predicate<Bytes> isRecent) {
        switch (kind) {
            case NONE -> image = Image.EMPTY;
            case WHOLE -> image = Image.of(keyspace);
            case LOSSY -> image = Image.of(keyspace).without(isRecent);
            case OLD -> {}
        }
    }

    /** A process is over, and had the time to write everything. */
    void stopped(Keyspace keyspace) {
        image = kind == Kind.NONE ? Image.EMPTY : Image.of(keyspace);
    }

    Notary notary(Keyspace keyspace) {
        return new Notary() {
            @Override
            public void save(AcceptorState state) {
                acceptor = state;
            }

            @Override
            public Past past() {
                return past;
            }

            @Override
            public void keep(Past next) {
                if (kind == Kind.OLD) {
                    image = Image.of(keyspace);
                }
                past = kind == Kind.NONE ? Past.NONE : next;
            }
        };
    }

    ClockCeiling ceiling() {
        return new ClockCeiling() {
            @Override
            public long recall() {
                return ceiling;
            }

            @Override
            public void remember(long clock) {
                ceiling = clock;
            }
        };
    }
}
