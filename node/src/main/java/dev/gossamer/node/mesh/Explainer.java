package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.Leases;
import dev.gossamer.node.cache.Mutation;
import dev.gossamer.node.cache.Tags;
import dev.gossamer.node.mesh.Explanation.Copy;
import dev.gossamer.node.mesh.Explanation.Near;
import dev.gossamer.node.mesh.Explanation.Voided;
import dev.gossamer.node.mesh.History.Told;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.node.mesh.link.Sighting;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Asks all members what they have of a key and what they remember of it, and puts it together.
 *
 * <p><b>Cost.</b> Three requests to each member at once, and one more when an invalidation of a tag
 * may matter: who invalidated it is known to the member that was asked for it, whichever that was.
 *
 * <p><b>Threads.</b> Any that may wait.
 */
final class Explainer {
    private final Epochs epochs;
    private final Keyspace keyspace;
    private final MemberCalls calls;
    private final Duration timeout;

    Explainer(Epochs epochs, Keyspace keyspace, MemberCalls calls, Duration timeout) {
        this.epochs = epochs;
        this.keyspace = keyspace;
        this.calls = calls;
        this.timeout = timeout;
    }

    Explanation explain(Bytes key) {
        Holding holding = epochs.latest();
        List<Member> members = holding.topology().members();
        List<Member> owners = holding.topology().owners(key.slotIndex());
        Set<Long> tags = new TreeSet<>(Set.of(Tags.ofCache(keyspace.settingsOf(key))));
        var fetching = askEach(owners, new Request.Fetch(List.of(key)), holding);
        var looking = askEach(members, new Request.Inspect(List.of(key), false), holding);
        var recalling = askEach(members, new Request.Recall(key, List.copyOf(tags)), holding);
        Map<Member, Reply> fetched = join(fetching);
        Map<Member, Sighting> seen = sightings(join(looking));
        Map<Member, Reply> recalled = join(recalling);
        if (tags.addAll(tagsOf(fetched, recalled))) {
            recalled = join(askEach(members, new Request.Recall(key, List.copyOf(tags)), holding));
        }
        List<Told> told = told(recalled);
        return new Explanation(
                key,
                key.slotIndex(),
                holding.epoch(),
                keyspace.settingsOf(key).name(),
                copies(key, owners, fetched, seen, told),
                nears(members, seen),
                lease(owners, recalled),
                History.of(told, members));
    }

    private Map<Member, CompletableFuture<Reply>> askEach(
            List<Member> members, Request request, Holding holding) {
        Map<Member, CompletableFuture<Reply>> asking = new LinkedHashMap<>();
        for (Member each : members) {
            asking.put(each, calls.ask(each, request, holding.epoch(), timeout));
        }
        return asking;
    }

    private static Map<Member, Reply> join(Map<Member, CompletableFuture<Reply>> asking) {
        Map<Member, Reply> replies = new LinkedHashMap<>();
        asking.forEach((member, reply) -> replies.put(member, reply.join()));
        return replies;
    }

    private static Map<Member, Sighting> sightings(Map<Member, Reply> replies) {
        Map<Member, Sighting> seen = new LinkedHashMap<>();
        replies.forEach((member, reply) -> {
            if (reply instanceof Reply.Inspected(var _, var sightings) && !sightings.isEmpty()) {
                seen.put(member, sightings.getFirst());
            }
        });
        return seen;
    }

    /** Of what stands somewhere, and of what was void and has left. */
    private static Set<Long> tagsOf(Map<Member, Reply> fetched, Map<Member, Reply> recalled) {
        Set<Long> tags = new TreeSet<>();
        for (Reply reply : fetched.values()) {
            Entry entry = entryOrNull(reply);
            if (entry != null) {
                for (long tag : entry.tags()) {
                    tags.add(tag);
                }
            }
        }
        for (Told each : told(recalled)) {
            if (each.mutation().what() == Mutation.What.VOIDED) {
                tags.add(each.mutation().tag());
            }
        }
        return tags;
    }

    private static List<Told> told(Map<Member, Reply> recalled) {
        List<Told> told = new ArrayList<>();
        recalled.forEach((member, reply) -> {
            if (reply instanceof Reply.Recalled(var mutations, var _)) {
                mutations.forEach(mutation -> told.add(new Told(member, mutation)));
            }
        });
        return told;
    }

    private List<Copy> copies(
            Bytes key,
            List<Member> owners,
            Map<Member, Reply> fetched,
            Map<Member, Sighting> seen,
            List<Told> told) {
        List<Copy> copies = new ArrayList<>();
        for (Member owner : owners) {
            String role = copies.isEmpty() ? "primary" : "backup";
            Reply reply = fetched.get(owner);
            if (reply instanceof Reply.Fetched(var _, var _, var complete)) {
                Entry entry = entryOrNull(reply);
                Voided voided = voidedOrNull(key, entry, seen.get(owner), told);
                String state = complete ? "complete" : "filling";
                boolean onDisk = isOnDisk(entry, seen.get(owner));
                copies.add(new Copy(owner, role, state, entry, onDisk, voided, null));
            } else {
                copies.add(new Copy(owner, role, "unknown", null, false, null, problem(reply)));
            }
        }
        return copies;
    }

    private static boolean isOnDisk(@Nullable Entry entry, @Nullable Sighting seen) {
        Sighting.Held held = seen == null ? null : seen.held();
        return entry != null
                && held != null
                && held.onDisk()
                && held.version().equals(entry.version());
    }

    private static String problem(@Nullable Reply reply) {
        return reply instanceof Reply.Failed(var code, var message)
                ? code + " " + message
                : String.valueOf(reply);
    }

    private static @Nullable Entry entryOrNull(Reply reply) {
        return reply instanceof Reply.Fetched(var items, var _, var _) && !items.isEmpty()
                ? items.getFirst().entry()
                : null;
    }

    /** Whether it counts is for its owner to say; by what it does not, this node knows as well. */
    private @Nullable Voided voidedOrNull(
            Bytes key, @Nullable Entry entry, @Nullable Sighting seen, List<Told> told) {
        if (entry == null || entry.isTombstone()) {
            return null;
        }
        Sighting.Held held = seen == null ? null : seen.held();
        long tag = keyspace.tags().voidedBy(key, entry);
        boolean counts =
                (held != null && !held.onDisk() && held.version().equals(entry.version()))
                        ? held.valid()
                        : tag == 0;
        if (counts) {
            return null;
        }
        boolean byCache = keyspace.tags().cacheOrNull(tag) != null;
        return new Voided(byCache, History.nameOf(tag, told), keyspace.tags().atMillis(tag));
    }

    private static List<Near> nears(List<Member> members, Map<Member, Sighting> seen) {
        List<Near> nears = new ArrayList<>();
        seen.forEach((member, sighting) -> {
            Sighting.Near near = sighting.near();
            Member origin = near == null ? null : memberOrNull(members, near.origin());
            if (near != null && origin != null) {
                nears.add(
                        new Near(
                                member,
                                near.version(),
                                near.valueBytes(),
                                origin,
                                near.ageNanos()));
            }
        });
        return nears;
    }

    private static @Nullable Member memberOrNull(List<Member> members, MemberId id) {
        for (Member each : members) {
            if (each.id().equals(id)) {
                return each;
            }
        }
        return null;
    }

    private static Optional<Leases.Running> lease(
            List<Member> owners, Map<Member, Reply> recalled) {
        return !owners.isEmpty()
                        && recalled.get(owners.getFirst())
                                instanceof Reply.Recalled(var _, var lease)
                ? Optional.ofNullable(lease)
                : Optional.empty();
    }
}
