package dev.gossamer.node.mesh.sim;

import dev.gossamer.membership.agreement.AcceptorState;
import dev.gossamer.node.cache.ClockCeiling;

/** What a machine keeps over the end of a process: the word given, and how far the clock went. */
final class Disk {
    private AcceptorState acceptor = AcceptorState.none();
    private long ceiling;

    AcceptorState acceptor() {
        return acceptor;
    }

    void keep(AcceptorState state) {
        acceptor = state;
    }

    void forgetWord() {
        acceptor = AcceptorState.none();
    }

    void forgetClock() {
        ceiling = 0;
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
