package dev.gossamer.node.cli.local;

import dev.gossamer.node.cli.admin.Json;
import dev.gossamer.node.cli.admin.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code up} started in a data folder, as its state file tells it to {@code down} and {@code
 * status}.
 *
 * @param foreground the {@code up} that waits for the nodes; empty after {@code --detach}
 */
public record MeshState(
        int basePort, int replication, Optional<ProcessIdentity> foreground, List<Node> nodes) {
    private static final long FORMAT = 1;

    /** One started node. */
    public record Node(String name, ProcessIdentity process) {}

    public MeshState {
        nodes = List.copyOf(nodes);
    }

    public PortPlan ports() {
        return new PortPlan(basePort, nodes.size());
    }

    /** The nodes that still run. */
    public List<Node> alive() {
        return nodes.stream().filter(node -> node.process().alive().isPresent()).toList();
    }

    String toJson() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("format", FORMAT);
        map.put("basePort", basePort);
        map.put("replication", replication);
        foreground.ifPresent(process -> map.put("foreground", toMap("up", process)));
        map.put("nodes", nodes.stream().map(node -> toMap(node.name(), node.process())).toList());
        return Json.text(map);
    }

    private static Map<String, Object> toMap(String name, ProcessIdentity process) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", name);
        map.put("pid", process.pid());
        map.put("start", process.start());
        return map;
    }

    /**
     * @throws IllegalArgumentException when the text is not a state of this format
     */
    static MeshState parse(String json) {
        JsonObject state = JsonObject.parse(json);
        if (state.number("format") != FORMAT) {
            throw new IllegalArgumentException("format " + state.number("format") + " is unknown");
        }
        return new MeshState(
                (int) state.number("basePort"),
                (int) state.number("replication"),
                state.find("foreground").map(_ -> processOf(state.object("foreground"))),
                state.objects("nodes").stream()
                        .map(node -> new Node(node.text("name"), processOf(node)))
                        .toList());
    }

    private static ProcessIdentity processOf(JsonObject process) {
        return new ProcessIdentity(process.number("pid"), process.number("start"));
    }
}
