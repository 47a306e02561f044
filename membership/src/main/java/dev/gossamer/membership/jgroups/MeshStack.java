package dev.gossamer.membership.jgroups;

import dev.gossamer.membership.MembershipSettings;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.jgroups.protocols.BARRIER;
import org.jgroups.protocols.FD_ALL3;
import org.jgroups.protocols.FRAG4;
import org.jgroups.protocols.MERGE3;
import org.jgroups.protocols.MFC;
import org.jgroups.protocols.TCP_NIO2;
import org.jgroups.protocols.TP;
import org.jgroups.protocols.UFC;
import org.jgroups.protocols.UNICAST3;
import org.jgroups.protocols.VERIFY_SUSPECT2;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.protocols.pbcast.NAKACK2;
import org.jgroups.protocols.pbcast.STABLE;
import org.jgroups.stack.DiagnosticsHandler;
import org.jgroups.stack.Protocol;

/** The JGroups protocols of a member, from the wire up; docs/decisions/0002 says why these. */
final class MeshStack {
    /** Our largest message and what the protocols add to it. */
    private static final int FRAME_BYTES_MAX = 4 << 20;

    private static final int CREDIT_BYTES_MAX = 2 << 20;
    private static final int FRAGMENT_BYTES_MAX = 60_000;

    private MeshStack() {}

    /** The transport that members use; it binds the one address it is told and no other. */
    static TP transport(MembershipSettings settings) {
        TCP_NIO2 transport = new TCP_NIO2();
        transport
                .setMaxLength(FRAME_BYTES_MAX)
                .tcpNodelay(true)
                .enableSuspectEvents(true)
                .setBindAddress(bindAddress(settings))
                .setBindPort(settings.self().ports().jgroups())
                .setPortRange(0)
                .useVirtualThreads(true);
        return withoutDiagnostics(transport);
    }

    /** JGroups would open a probe port that answers anyone. */
    private static TP withoutDiagnostics(TP transport) {
        try {
            return transport.setDiagnosticsHandler(new DiagnosticsHandler().setEnabled(false));
        } catch (Exception e) { // declared so by JGroups
            throw new GossamerException(
                    ErrorCode.INTERNAL, "JGroups' diagnostics can't be turned off: " + e, e);
        }
    }

    private static InetAddress bindAddress(MembershipSettings settings) {
        try {
            InetAddress address = InetAddress.getByName(settings.bindHost());
            if (!address.isAnyLocalAddress()) {
                return address;
            }
        } catch (UnknownHostException e) {
            throw new GossamerException(
                    ErrorCode.ERR, "The bind host " + settings.bindHost() + " is not known.", e);
        }
        throw new GossamerException(
                ErrorCode.ERR,
                "The membership port can't bind "
                        + settings.bindHost()
                        + ": give it one address, for the other members reply to it.");
    }

    /**
     * @param below what finds and carries: the transport, the seal if there is one, the discovery
     */
    static List<Protocol> above(
            List<Protocol> below, Doorkeeper doorkeeper, MembershipSettings settings) {
        MembershipSettings.FailureDetection detection = settings.failureDetection();
        List<Protocol> stack = new ArrayList<>(below);
        stack.add(
                new MERGE3()
                        .setMinInterval(settings.merge().minInterval().toMillis())
                        .setMaxInterval(settings.merge().maxInterval().toMillis()));
        stack.add(
                new FD_ALL3()
                        .setTimeout(detection.timeout().toMillis())
                        .setInterval(detection.heartbeatInterval().toMillis()));
        stack.add(new VERIFY_SUSPECT2().setTimeout(detection.verifyTimeout().toMillis()));
        stack.add(new BARRIER());
        stack.add(new NAKACK2().useMcastXmit(false));
        stack.add(new UNICAST3());
        stack.add(new STABLE());
        stack.add(doorkeeper);
        stack.add(
                new GMS()
                        .setJoinTimeout(settings.joinTimeout().toMillis())
                        .printLocalAddress(false));
        stack.add(new UFC().setMaxCredits(CREDIT_BYTES_MAX));
        stack.add(new MFC().setMaxCredits(CREDIT_BYTES_MAX));
        stack.add(new FRAG4().setFragSize(FRAGMENT_BYTES_MAX));
        return stack;
    }
}
