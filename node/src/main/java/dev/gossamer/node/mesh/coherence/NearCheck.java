package dev.gossamer.node.mesh.coherence;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What makes a near copy safe to use (C4). A test may leave one out, to see that what goes wrong
 * then is noticed; nothing else may, so it is no setting but a property of the virtual machine.
 */
public enum NearCheck {
    /** Whether its origin's watermark proves it for the time that a reader asked for. */
    WATERMARK,
    /** What others invalidate takes it out. */
    INVALIDATION;

    /** The property that names those to leave out, in small letters, with commas between them. */
    public static final String LEFT_OUT = "gossamer.test.near.unchecked";

    /**
     * @param names as in {@link #LEFT_OUT}; none if blank
     * @throws IllegalArgumentException for a name that is none of these
     */
    public static Set<NearCheck> parse(String names) {
        return names.isBlank()
                ? EnumSet.noneOf(NearCheck.class)
                : Arrays.stream(names.split(","))
                        .map(name -> valueOf(name.strip().toUpperCase(Locale.ROOT)))
                        .collect(Collectors.toCollection(() -> EnumSet.noneOf(NearCheck.class)));
    }
}
