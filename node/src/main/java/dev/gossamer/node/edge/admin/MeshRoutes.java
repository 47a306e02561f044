package dev.gossamer.node.edge.admin;

import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.Topology;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** The mesh's state, its ring and its caches. */
final class MeshRoutes {
    private final Mesh mesh;
    private final Supplier<Optional<DiskAccount>> disk;

    /**
     * @param disk how this node's SSD tier is, where it has one
     */
    MeshRoutes(Mesh mesh, Supplier<Optional<DiskAccount>> disk) {
        this.mesh = mesh;
        this.disk = disk;
    }

    List<Endpoint> endpoints() {
        return List.of(
                Endpoint.get("/api/v1/mesh", this::mesh),
                Endpoint.get("/api/v1/mesh/ring", this::ring),
                Endpoint.get("/api/v1/caches", this::caches));
    }

    private void mesh(RoutingContext exchange) {
        Mesh.MeshStatus status = mesh.status();
        JsonArray members = new JsonArray();
        status.members().forEach(member -> members.add(memberStatus(member)));
        Answers.json(
                exchange,
                200,
                new JsonObject()
                        .put("epoch", status.epoch())
                        .put("epochText", Epoch.text(status.epoch()))
                        .put("provisional", Epoch.isProvisional(status.epoch()))
                        .put("phase", status.phase().name().toLowerCase(Locale.ROOT))
                        .put("settled", status.settled())
                        .put("quorum", quorumJson(status.quorum()))
                        .put("replication", status.replication())
                        .put("slotsCovered", status.slotsCovered())
                        .put("missingCopies", status.missingCopies())
                        .put("members", members));
    }

    private static JsonObject quorumJson(Mesh.Quorum quorum) {
        return new JsonObject()
                .put("roster", quorum.roster())
                .put("inView", quorum.inView())
                .put("majority", quorum.majority());
    }

    private JsonObject memberStatus(Mesh.MemberStatus status) {
        boolean self = status.member().id().equals(mesh.self().id());
        JsonObject json = memberStatus(status, self);
        if (self) {
            disk.get().ifPresent(account -> json.put("disk", account.json()));
        }
        return json;
    }

    private static JsonObject memberStatus(Mesh.MemberStatus status, boolean self) {
        Member member = status.member();
        return memberJson(member)
                .put("weight", member.weight())
                .put("self", self)
                .put("state", status.state())
                .put("epoch", status.epoch())
                .put("epochText", Epoch.text(status.epoch()))
                .put("lease", status.lease())
                .put(
                        "slots",
                        new JsonObject()
                                .put("primary", status.slotsPrimary())
                                .put("backup", status.slotsBackup())
                                .put("filling", status.slotsFilling()))
                .put("entries", status.entries())
                .put("bytes", status.bytes())
                .put("memoryBytesMax", status.memoryBytesMax())
                .put("transfer", transferJson(status.transfer()))
                .put("host", member.host())
                .put("ports", portsJson(member.ports()));
    }

    private static JsonObject transferJson(Mesh.Transfer transfer) {
        return new JsonObject()
                .put("slotsDone", transfer.slotsDone())
                .put("slotsLeft", transfer.slotsLeft())
                .put("bytesDone", transfer.bytesDone())
                .put("bytesLeft", transfer.bytesLeft())
                .put("bytesPerSecond", transfer.bytesPerSecond())
                .put("leftMs", transfer.left().toMillis());
    }

    private static JsonObject portsJson(Member.Ports ports) {
        return new JsonObject()
                .put("redis", ports.redis())
                .put("clustered", ports.clustered())
                .put("admin", ports.admin())
                .put("jgroups", ports.jgroups())
                .put("data", ports.data());
    }

    /** The parts of a member by which people and programs name it. */
    static JsonObject memberJson(Member member) {
        return new JsonObject()
                .put("id", member.id().toString())
                .put("name", member.name())
                .put("zone", member.zone());
    }

    private void ring(RoutingContext exchange) {
        Topology topology = mesh.topology();
        JsonArray members = new JsonArray();
        topology.members().forEach(member -> members.add(memberJson(member)));
        JsonArray ranges = new JsonArray();
        topology.ranges().forEach(range -> ranges.add(rangeJson(range)));
        Answers.json(
                exchange,
                200,
                new JsonObject()
                        .put("epoch", topology.epoch())
                        .put("epochText", Epoch.text(topology.epoch()))
                        .put("replication", topology.replication())
                        .put("members", members)
                        .put("ranges", ranges));
    }

    private static JsonObject rangeJson(Topology.SlotRange range) {
        JsonArray owners = new JsonArray();
        range.owners().forEach(owner -> owners.add(owner.id().toString()));
        return new JsonObject()
                .put("first", range.first())
                .put("last", range.last())
                .put("owners", owners);
    }

    private void caches(RoutingContext exchange) {
        JsonArray caches = new JsonArray();
        mesh.caches().forEach(cache -> caches.add(cacheJson(cache)));
        Answers.json(exchange, 200, new JsonObject().put("caches", caches));
    }

    private static JsonObject cacheJson(CacheSettings cache) {
        boolean isDefault = cache.name().equals(CacheSettings.DEFAULT_NAME);
        return new JsonObject()
                .put("name", cache.name())
                .put("prefix", isDefault ? "" : cache.name() + ":")
                .put("ttlMs", cache.ttl().map(Duration::toMillis).orElse(null))
                .put("entryBytesMax", cache.entryBytesMax())
                .put("replication", cache.replication())
                .put("acks", cache.acks().name().toLowerCase(Locale.ROOT))
                .put("partition", cache.partition().name().toLowerCase(Locale.ROOT));
    }
}
