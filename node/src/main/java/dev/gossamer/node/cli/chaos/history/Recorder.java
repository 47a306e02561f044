package dev.gossamer.node.cli.chaos.history;

import java.util.ArrayList;
import java.util.List;

/**
 * Takes calls as they end, until its bound is reached.
 *
 * <p><b>Threads.</b> Any number may record; each call costs one short lock.
 *
 * <p><b>Limits.</b> {@code bytesMax} of memory, counted at {@value #CALL_BYTES} for each call with
 * its answer and version; {@link #record} refuses what goes beyond.
 */
public final class Recorder {
    /**
     * A call, its answer, and a version and a source with their parts, as the JVM lays them out.
     */
    public static final int CALL_BYTES = 224;

    private final long callsMax;
    private final List<Call> calls = new ArrayList<>();

    public Recorder(long bytesMax) {
        if (bytesMax < CALL_BYTES) {
            throw new IllegalArgumentException(bytesMax + " bytes hold no call");
        }
        this.callsMax = bytesMax / CALL_BYTES;
    }

    /**
     * Keeps a call.
     *
     * @return false when there is no room for it or any later one; the session must end then, for a
     *     history with gaps proves nothing
     */
    public synchronized boolean record(Call call) {
        if (calls.size() >= callsMax) {
            return false;
        }
        calls.add(call);
        return true;
    }

    /** How many calls were recorded. */
    public synchronized int count() {
        return calls.size();
    }

    /** What was recorded so far. */
    public synchronized List<Call> calls() {
        return List.copyOf(calls);
    }
}
