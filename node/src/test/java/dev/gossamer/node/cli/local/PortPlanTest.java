package dev.gossamer.node.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.node.cli.terminal.CliException;
import dev.gossamer.protocol.Member;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;

class PortPlanTest {
    private static final int BASE_PORT = 23_600;

    @Test
    void eachKindOfPortHasItsOwnHundred() {
        assertThat(new PortPlan(7379, 3).ports(2))
                .isEqualTo(new Member.Ports(7381, 7481, 7581, 7681, 7781));
    }

    @Test
    void noPortIsUsedTwiceEvenWithAsManyNodesAsThereCanBe() {
        List<Integer> ports =
                new PortPlan(BASE_PORT, PortPlan.NODES_MAX)
                        .uses().stream().map(PortPlan.Use::port).toList();
        assertThat(ports).hasSize(500).doesNotHaveDuplicates();
    }

    @Test
    void whatCannotBeIsRefusedWithWhatCan() {
        assertThatThrownBy(() -> new PortPlan(BASE_PORT, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[1, 100]");
        assertThatThrownBy(() -> new PortPlan(65_200, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 65133");
        assertThat(new PortPlan(65_133, 3).ports(2).data()).isEqualTo(65_535);
    }

    @Test
    void aPortInUseIsNamedWithWhatItIsFor() throws IOException {
        PortPlan plan = PortPlan.firstFree(BASE_PORT, 2);
        plan.requireFree();
        int taken = plan.ports(1).admin();
        try (ServerSocket _ = new ServerSocket(taken, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            assertThatThrownBy(plan::requireFree)
                    .isInstanceOf(CliException.class)
                    .hasMessageContaining("port " + taken)
                    .hasMessageContaining("admin port of node-1")
                    .hasMessageContaining("--base-port");
        }
    }
}
