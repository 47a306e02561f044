package dev.gossamer.node.mesh.sim;

import dev.gossamer.gossip.invalidation.Invalidations;
import dev.gossamer.gossip.invalidation.Kind;
import dev.gossamer.gossip.invalidation.Position;
import dev.gossamer.node.mesh.coherence.OwnLog;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.KeyHash;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the members' logs of invalidations have ever had in them, of members that are gone, too. A
 * write must be in one before it is acknowledged, or copies of what it replaced would never go.
 */
final class LogCheck {
    /** Of the version all but the epoch, which a new topology may have raised meanwhile. */
    private record Logged(int slot, long hash, long clock, MemberId member) {
        Logged(int slot, long hash, Version version) {
            this(slot, hash, version.clock(), version.member());
        }
    }

    /** How far one log was read. */
    private static final class Reader {
        private final OwnLog log;
        private Position at = new Position(0, 0);

        Reader(OwnLog log) {
            this.log = log;
        }
    }

    private final World world;
    private final List<Reader> readers = new ArrayList<>();
    private final Set<Logged> logged = new HashSet<>();

    LogCheck(World world) {
        this.world = world;
    }

    void follow(OwnLog log) {
        readers.add(new Reader(log));
    }

    /** Reads on, so that nothing is overrun before: a topology can bring as much as fits in. */
    void look() {
        readers.forEach(this::read);
    }

    /** Called the moment that a member says that a write is done. */
    void acknowledged(Bytes key, Version version) {
        look();
        if (!logged.contains(new Logged(key.slotIndex(), KeyHash.of(key), version))) {
            world.fail(
                    "a write of " + key.toUtf8() + " is acknowledged and in no log: " + version,
                    null);
        }
    }

    private void read(Reader reader) {
        Position end = reader.log.position();
        if (end.incarnation() != reader.at.incarnation()) {
            reader.at = new Position(end.incarnation(), 0);
        }
        while (reader.at.sequence() < end.sequence()) {
            Optional<Invalidations> run = reader.log.after(reader.at.sequence());
            if (run.isEmpty()) {
                world.fail(
                        "a log was overrun before the check has read it: from "
                                + reader.at
                                + " to "
                                + end,
                        null);
                return;
            }
            add(run.get());
            reader.at = new Position(end.incarnation(), run.get().last());
        }
    }

    private void add(Invalidations run) {
        for (int i = 0; i < run.count(); i++) {
            if (run.kind(i) == Kind.KEY) {
                logged.add(new Logged(run.slot(i), run.hash(i), run.version(i)));
            }
        }
    }
}
