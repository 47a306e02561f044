package dev.gossamer.node.cli.chaos.fault;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** A way in which a mesh is hurt. */
public enum FaultKind {
    /** Members are killed at the same instant, and started again on the same address. */
    KILL,
    /** Members are stopped as by a debugger, and go on later. */
    PAUSE,
    /** A member is told to end, and started again. */
    RESTART,
    /** The members fall into two groups that cannot reach each other. */
    PARTITION,
    /** A member reaches clients, but no other member. */
    ISOLATE,
    /** What a member sends to another is lost; the other direction works. */
    ONE_WAY,
    /** Two members cannot reach each other, while all others reach both. */
    CUT,
    /** A part of all packets between a member and the others is lost. */
    LOSS,
    /** A member's link carries little. */
    SLOW,
    /** Every member in turn is told to end, and started again. */
    ROLLING,
    /** One more member joins, and leaves again. */
    JOIN_LEAVE;

    /** Its name on the command line: {@code one-way}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether it can keep members from reaching one another in time. */
    public boolean cutsNetwork() {
        return switch (this) {
            case PARTITION, ISOLATE, ONE_WAY, CUT, LOSS, SLOW -> true;
            case KILL, PAUSE, RESTART, ROLLING, JOIN_LEAVE -> false;
        };
    }

    /** Whether it can strike while another fault lasts. */
    boolean joinsOthers() {
        return switch (this) {
            case KILL, PAUSE, ISOLATE, ONE_WAY, CUT, LOSS, SLOW -> true;
            case RESTART, PARTITION, ROLLING, JOIN_LEAVE -> false;
        };
    }

    /**
     * Reads names as {@link #word} gives them, separated by commas.
     *
     * @throws IllegalArgumentException naming the one that is unknown
     */
    public static Set<FaultKind> parse(String words) {
        Set<FaultKind> kinds = EnumSet.noneOf(FaultKind.class);
        for (String word : words.split(",", -1)) {
            kinds.add(of(word.strip()));
        }
        return kinds;
    }

    private static FaultKind of(String word) {
        return Arrays.stream(values())
                .filter(kind -> kind.word().equals(word))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "'" + word + "' is no fault; there are " + allWords()));
    }

    /** Every name, separated by commas. */
    public static String allWords() {
        return Arrays.stream(values()).map(FaultKind::word).collect(Collectors.joining(","));
    }
}
