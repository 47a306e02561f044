package dev.gossamer.node.cli;

import dev.gossamer.client.Gossamer;
import dev.gossamer.node.cli.admin.AdminApi;
import dev.gossamer.node.cli.admin.MeshReport;
import dev.gossamer.node.cli.admin.MeshReport.MemberReport;
import dev.gossamer.node.cli.admin.Password;
import dev.gossamer.node.cli.local.MeshFolder;
import dev.gossamer.node.cli.local.MeshState;
import dev.gossamer.node.cli.local.PortPlan;
import dev.gossamer.node.cli.terminal.CliException;
import dev.gossamer.protocol.Member;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Where the mesh is that a command talks to: where the user says, else where the data folder's
 * state file says, else at this machine's default ports.
 */
record Whereabouts(Optional<String> admin, Optional<String> mesh, Path data) {
    private static final int DEFAULT_NODES = 3;
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    /** Whether the user named a mesh. */
    boolean named() {
        return admin.isPresent() || mesh.isPresent();
    }

    /** Whether a mesh of the data folder runs. */
    boolean localMeshRuns() {
        return localState().isPresent();
    }

    private Optional<MeshState> localState() {
        return new MeshFolder(data).state().filter(state -> !state.alive().isEmpty());
    }

    private PortPlan ports() {
        return localState()
                .map(MeshState::ports)
                .orElseGet(() -> new PortPlan(PortPlan.BASE_PORT_DEFAULT, DEFAULT_NODES));
    }

    private List<AdminApi> candidates() {
        if (admin.isPresent()) {
            return List.of(api(addressOf(admin.get())));
        }
        if (mesh.isPresent()) {
            return membersOf(mesh.get()).stream()
                    .map(member -> "http://" + member.host() + ":" + member.ports().admin())
                    .map(address -> api(URI.create(address)))
                    .toList();
        }
        PortPlan ports = ports();
        return IntStream.range(0, ports.nodes())
                .mapToObj(node -> ports.ports(node).admin())
                .map(port -> api(URI.create("http://127.0.0.1:" + port)))
                .toList();
    }

    private static List<Member> membersOf(String uri) {
        try (Gossamer client = ClientCalls.connect(uri)) {
            return client.topology().members();
        }
    }

    private AdminApi api(URI address) {
        return new AdminApi(address, TIMEOUT, password());
    }

    /** What the mesh's address says goes for its admin ports as well. */
    private Password password() {
        return mesh.map(uri -> Password.ofEnvironment().orOf(firstHostOf(uri)))
                .orElseGet(Password::ofEnvironment);
    }

    /** An address with several hosts is no URI; its user part stands before the first. */
    private static URI firstHostOf(String uri) {
        return URI.create(uri.split(",", 2)[0]);
    }

    private static URI addressOf(String text) {
        try {
            URI address = URI.create(text.contains("://") ? text : "http://" + text);
            if (address.getHost() != null) {
                return address;
            }
        } catch (IllegalArgumentException e) {
            throw new CliException(
                    "--admin '" + text + "' is not an address: " + e.getMessage(), e);
        }
        throw new CliException("--admin '" + text + "' has no host; write http://host:port");
    }

    /** The admin API of a member that a report tells of. */
    AdminApi apiOf(MemberReport member) {
        return api(URI.create(member.admin()));
    }

    /**
     * @throws CliException when there is no member of that name, or nobody answers
     */
    AdminApi member(String name) {
        MeshReport report = reach().report();
        return report.members().stream()
                .filter(member -> member.name().equals(name))
                .findFirst()
                .map(this::apiOf)
                .orElseThrow(() ->
                        new CliException(
                                "no member is named "
                                        + name
                                        + "; there are "
                                        + report.members().stream()
                                                .map(MemberReport::name)
                                                .collect(Collectors.joining(", "))));
    }

    /** One node's admin API, with the mesh as that node reports it. */
    record Reached(AdminApi api, MeshReport report) {}

    /**
     * The first node that answers.
     *
     * @throws CliException when none does
     */
    Reached reach() {
        List<IOException> failures = new ArrayList<>();
        List<AdminApi> candidates = candidates();
        for (AdminApi api : candidates) {
            try {
                return new Reached(api, api.mesh());
            } catch (IOException e) {
                failures.add(e);
            }
        }
        IOException last = failures.getLast();
        if (!(last instanceof ConnectException)) {
            throw new CliException(
                    "the mesh does not tell its state: "
                            + last.getMessage()
                            + "; a password comes from "
                            + Password.VARIABLE
                            + " or the address",
                    last);
        }
        String addresses =
                candidates.stream()
                        .map(api -> api.base().toString())
                        .collect(Collectors.joining(", "));
        throw new CliException(
                "no node answered at "
                        + addresses
                        + "; start a mesh with 'gossamer up', or say with --admin or --data where it is",
                last);
    }

    /** The address for the thin client. */
    String clientUri() {
        if (mesh.isPresent()) {
            return mesh.get();
        }
        if (admin.isPresent()) {
            Password shown = password().orOf(addressOf(admin.get()));
            return uriOf(reach().report(), shown);
        }
        PortPlan ports = ports();
        return IntStream.range(0, ports.nodes())
                .mapToObj(node -> "127.0.0.1:" + ports.ports(node).redis())
                .collect(Collectors.joining(",", "gossamer://" + password().userInfo(), ""));
    }

    private static String uriOf(MeshReport report, Password password) {
        return report.members().stream()
                .map(member -> member.host() + ":" + member.redis())
                .collect(Collectors.joining(",", "gossamer://" + password.userInfo(), ""));
    }
}
