package dev.gossamer.membership.jgroups;

import java.io.ObjectInputFilter;

/**
 * Shuts Java deserialization (C13): our payloads are plain bytes, and whoever sends JGroups a
 * serialized object is refused before its class is even looked for.
 *
 * <p>JGroups' own filter is read once, when its stream class is loaded, so this comes first. The
 * filter of the whole JVM is set only where nobody has set one.
 */
final class ClosedSerialization {
    private static final String REFUSE_ALL = "!*";

    private ClosedSerialization() {}

    static void enforce() {
        System.setProperty("jgroups.deserialization.filter", REFUSE_ALL);
        if (ObjectInputFilter.Config.getSerialFilter() == null) {
            ObjectInputFilter.Config.setSerialFilter(
                    ObjectInputFilter.Config.createFilter(REFUSE_ALL));
        }
    }
}
