package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Caller;
import dev.gossamer.node.cache.Mutation;
import dev.gossamer.node.cache.Mutation.Kind;
import dev.gossamer.node.cache.Mutation.What;
import dev.gossamer.node.mesh.Explanation.Change;
import dev.gossamer.protocol.Member;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes one story of what several members remember of a key.
 *
 * <p>One write is remembered by the primary, which did it; by the backups, which have a copy; and
 * by the member that a client spoke to, if that was another. All of them know its version, and its
 * clock and member are never given twice: by those they are joined. (The epoch of a version may
 * grow while it is replicated.) An entry that left at several members likewise.
 */
final class History {
    private History() {}

    /** What one member remembers. */
    record Told(Member member, Mutation mutation) {}

    /** What belongs together. */
    private record Joint(What what, long clock, long writer, long apart) {
        static Joint of(Told told) {
            Mutation mutation = told.mutation();
            What what = mutation.what();
            boolean alone = what.kind() == Kind.MANY;
            boolean write = what.kind() == Kind.WRITE || what.kind() == Kind.COPY;
            return new Joint(
                    write ? What.PUT : what,
                    mutation.version().clock(),
                    mutation.version().member().value(),
                    alone ? mutation.atMillis() : 0);
        }
    }

    /** The newest first. */
    static List<Change> of(List<Told> told, List<Member> members) {
        Map<Joint, List<Told>> joined = new LinkedHashMap<>();
        for (Told each : told) {
            joined.computeIfAbsent(Joint.of(each), _ -> new ArrayList<>()).add(each);
        }
        List<Change> changes = new ArrayList<>();
        joined.values().forEach(each -> changes.add(change(each, told, members)));
        changes.sort(
                Comparator.comparingLong(Change::atMillis)
                        .thenComparingLong(change -> change.version().clock())
                        .reversed());
        return changes;
    }

    private static Change change(List<Told> joint, List<Told> all, List<Member> members) {
        Told main = main(joint);
        Mutation mutation = main.mutation();
        Optional<Told> asked = joint.stream().filter(each -> each.mutation().asked()).findFirst();
        Caller caller = asked.map(each -> each.mutation().caller()).orElse(mutation.caller());
        Optional<Member> through =
                asked.map(Told::member).or(() -> spokenTo(caller, main, members));
        String detail =
                mutation.detail().isEmpty() && mutation.tag() != 0
                        ? nameOf(mutation.tag(), all)
                        : mutation.detail();
        return new Change(
                mutation.atMillis(),
                mutation.what(),
                mutation.removal(),
                mutation.version(),
                caller,
                through,
                placesOf(main, joint),
                detail);
    }

    /** Who did it; else who asked for it; else whoever was the first to have a copy. */
    private static Told main(List<Told> joint) {
        return joint.stream()
                .min(
                        Comparator.<Told>comparingInt(each -> rank(each.mutation()))
                                .thenComparingLong(each -> each.mutation().atMillis()))
                .orElseThrow();
    }

    private static int rank(Mutation mutation) {
        return mutation.what().kind() == Kind.COPY ? 2 : mutation.asked() ? 1 : 0;
    }

    /** Which member the client spoke to that did not ask another. */
    private static Optional<Member> spokenTo(Caller caller, Told main, List<Member> members) {
        return switch (caller.way()) {
            case RESP, HTTP -> Optional.of(main.member());
            case MEMBER ->
                    members.stream()
                            .filter(each -> each.id().toString().equals(caller.id()))
                            .findFirst();
            case NODE, UNKNOWN -> Optional.empty();
        };
    }

    private static List<Member> placesOf(Told main, List<Told> joint) {
        List<Member> places = new ArrayList<>();
        if (!main.mutation().asked() || main.mutation().what().kind() == Kind.MANY) {
            places.add(main.member());
        }
        joint.stream()
                .filter(each -> !each.mutation().asked())
                .map(Told::member)
                .filter(each -> !places.contains(each))
                .forEach(places::add);
        return places.stream().distinct().toList();
    }

    /** The name of a tag, by the newest invalidation that somebody remembers; or empty. */
    static String nameOf(long tag, List<Told> told) {
        return told.stream()
                .map(Told::mutation)
                .filter(each -> each.what().kind() == Kind.MANY && each.tag() == tag && tag != 0)
                .max(Comparator.comparingLong(Mutation::atMillis))
                .map(Mutation::detail)
                .orElse("");
    }
}
