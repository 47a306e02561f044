package dev.gossamer.node.mesh;

import dev.gossamer.membership.Membership;
import dev.gossamer.membership.MeshView;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Views and small messages between nodes of one JVM, each delivered by one thread per member. */
final class InVmMembership {
    private final Map<MemberId, Port> ports = new LinkedHashMap<>();
    private long viewId;

    synchronized Membership join(Member self) {
        return new Port(self);
    }

    /** The others see the member gone; it hears nothing any more. */
    synchronized void drop(MemberId id) {
        Port port = ports.remove(id);
        if (port != null) {
            port.thread.shutdown();
            announce();
        }
    }

    /** The member is told that it is out. */
    synchronized void expel(MemberId id, String reason) {
        Port port = ports.get(id);
        port.deliver(() -> port.listener().onExpelled(reason));
        drop(id);
    }

    private void announce() {
        viewId++;
        MeshView view = new MeshView(viewId, ports.values().stream().map(p -> p.self).toList());
        ports.values().forEach(port -> port.deliver(() -> port.listener().onView(view)));
    }

    private final class Port implements Membership {
        private final Member self;
        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        private Listener listener;

        Port(Member self) {
            this.self = self;
        }

        Listener listener() {
            return listener;
        }

        void deliver(Runnable what) {
            if (!thread.isShutdown()) {
                thread.execute(what);
            }
        }

        @Override
        public void start(Listener hears) {
            listener = hears;
            synchronized (InVmMembership.this) {
                ports.put(self.id(), this);
                announce();
            }
        }

        @Override
        public boolean send(MemberId to, byte[] payload) {
            synchronized (InVmMembership.this) {
                Port port = ports.get(to);
                if (port == null) {
                    return false;
                }
                port.deliver(() -> port.listener().onMessage(self.id(), payload));
                return true;
            }
        }

        @Override
        public void close() {
            drop(self.id());
        }
    }
}
