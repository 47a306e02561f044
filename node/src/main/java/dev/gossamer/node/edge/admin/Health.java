package dev.gossamer.node.edge.admin;

import java.util.List;

/**
 * How the node is, for probes. Called on the admin port's event loop: must answer at once, from
 * what is known.
 */
public interface Health {
    /** Whether the process does its work; a supervisor restarts one that does not. */
    Check live();

    /** Whether requests should be sent here now. */
    Check ready();

    /** Whether the start has come to its end; until then nobody asks for liveness. */
    Check started();

    /**
     * An answer to a probe.
     *
     * @param reasons what is wrong, in words for people; with {@code ok} something is, but not with
     *     the answer: what the node lacks, it does without
     */
    record Check(boolean ok, List<String> reasons) {
        /** All is well. */
        public static final Check OK = new Check(true, List.of());

        public Check {
            reasons = List.copyOf(reasons);
            if (!ok && reasons.isEmpty()) {
                throw new IllegalArgumentException("not ok needs a reason");
            }
        }

        /** The answer is yes, and all is not well. */
        public static Check degraded(String reason) {
            return new Check(true, List.of(reason));
        }

        /** {@code ok}, {@code degraded} or {@code unavailable}. */
        public String status() {
            if (!ok) {
                return "unavailable";
            }
            return reasons.isEmpty() ? "ok" : "degraded";
        }

        public static Check failed(String reason) {
            return new Check(false, List.of(reason));
        }
    }
}
