package dev.gossamer.node.cli.admin;

import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Slot;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The mesh as one node reports it: what {@code gossamer status} shows.
 *
 * @param epoch of the topology that the node goes by
 * @param phase how far a change of owners has come: {@code steady}, {@code copying} or {@code
 *     handing_over}
 * @param settled whether nothing changes, and every member has done what that epoch asks of it
 * @param quorum who is there of those whose majority decides
 * @param slotsCovered how many of the {@value Slot#COUNT} slots have an owner that holds them
 * @param missingCopies copies that should exist and do not yet
 */
public record MeshReport(
        long epoch,
        String phase,
        boolean settled,
        Quorum quorum,
        int replication,
        int slotsCovered,
        int missingCopies,
        List<MemberReport> members) {

    /** Shorter names first, so that node-2 stands before node-10. */
    private static final Comparator<MemberReport> BY_NAME =
            Comparator.<MemberReport>comparingInt(member -> member.name().length())
                    .thenComparing(MemberReport::name)
                    .thenComparing(MemberReport::id);

    public MeshReport {
        members = members.stream().sorted(BY_NAME).toList();
    }

    /**
     * @param roster the members of the last agreed topology
     * @param inView how many of them the node sees
     */
    public record Quorum(int roster, int inView, boolean majority) {
        private static Quorum of(JsonObject quorum) {
            return new Quorum(
                    (int) quorum.number("roster"),
                    (int) quorum.number("inView"),
                    quorum.flag("majority"));
        }

        private Map<String, Object> toMap() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("roster", roster);
            map.put("inView", inView);
            map.put("majority", majority);
            return map;
        }
    }

    /** Whether the node is on the smaller side of a partition. */
    public boolean isProvisional() {
        return Epoch.isProvisional(epoch);
    }

    /**
     * One member's account of itself; {@code clustered} and {@code redis} are port numbers.
     *
     * @param disk the member's SSD tier: only the one that was asked knows its own
     */
    public record MemberReport(
            String name,
            String id,
            String zone,
            String state,
            long epoch,
            boolean lease,
            long slotsPrimary,
            long slotsBackup,
            long slotsFilling,
            long entries,
            long bytes,
            long memoryBytesMax,
            String host,
            int redis,
            int clustered,
            String admin,
            Transfer transfer,
            Optional<DiskReport> disk) {

        private Map<String, Object> toMap() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("name", name);
            map.put("id", id);
            map.put("zone", zone);
            map.put("state", state);
            map.put("epoch", epoch);
            map.put("epochText", Epoch.text(epoch));
            map.put("lease", lease);
            map.put("slotsPrimary", slotsPrimary);
            map.put("slotsBackup", slotsBackup);
            map.put("slotsFilling", slotsFilling);
            map.put("entries", entries);
            map.put("bytes", bytes);
            map.put("memoryBytesMax", memoryBytesMax);
            map.put("redis", redis);
            map.put("clustered", clustered);
            map.put("admin", admin);
            map.put("transfer", transfer.toMap());
            disk.ifPresent(told -> map.put("disk", told.toMap()));
            return map;
        }
    }

    /** How far a member has come with the slots that it copies. */
    public record Transfer(
            long slotsDone,
            long slotsLeft,
            long bytesDone,
            long bytesLeft,
            long bytesPerSecond,
            long leftMs) {
        /** Nothing to copy. */
        public static final Transfer NONE = new Transfer(0, 0, 0, 0, 0, 0);

        public boolean isRunning() {
            return slotsLeft > 0;
        }

        private static Transfer of(JsonObject transfer) {
            return new Transfer(
                    transfer.number("slotsDone"),
                    transfer.number("slotsLeft"),
                    transfer.number("bytesDone"),
                    transfer.number("bytesLeft"),
                    transfer.number("bytesPerSecond"),
                    transfer.number("leftMs"));
        }

        private Map<String, Object> toMap() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("slotsDone", slotsDone);
            map.put("slotsLeft", slotsLeft);
            map.put("bytesDone", bytesDone);
            map.put("bytesLeft", bytesLeft);
            map.put("bytesPerSecond", bytesPerSecond);
            map.put("leftMs", leftMs);
            return map;
        }
    }

    /** Whether all is as it should be: one epoch, every slot owned, every copy there. */
    public boolean complete() {
        return settled
                && slotsCovered == Slot.COUNT
                && missingCopies == 0
                && members.stream().allMatch(member -> member.epoch() == epoch);
    }

    /** What all members together may keep in memory. */
    public long memoryBytesMax() {
        return members.stream().mapToLong(MemberReport::memoryBytesMax).sum();
    }

    /** How many entries the members hold, each copy counted. */
    public long copies() {
        return members.stream().mapToLong(MemberReport::entries).sum();
    }

    /** The shape that {@code gossamer status --json} promises. */
    public Map<String, Object> toMap() {
        Map<String, Object> slots = new LinkedHashMap<>();
        slots.put("total", Slot.COUNT);
        slots.put("covered", slotsCovered);
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("epoch", epoch);
        map.put("epochText", Epoch.text(epoch));
        map.put("provisional", isProvisional());
        map.put("phase", phase);
        map.put("settled", settled);
        map.put("quorum", quorum.toMap());
        map.put("replication", replication);
        map.put("slots", slots);
        map.put("missingCopies", missingCopies);
        map.put("members", members.stream().map(MemberReport::toMap).toList());
        return map;
    }

    static MeshReport of(JsonObject mesh) {
        JsonObject slots = mesh.object("slots");
        long covered =
                slots.fields().isEmpty() ? mesh.number("slotsCovered") : slots.number("covered");
        return new MeshReport(
                mesh.number("epoch"),
                mesh.text("phase"),
                mesh.flag("settled"),
                Quorum.of(mesh.object("quorum")),
                (int) mesh.number("replication"),
                (int) covered,
                (int) mesh.number("missingCopies"),
                mesh.objects("members").stream().map(MeshReport::memberOf).toList());
    }

    private static MemberReport memberOf(JsonObject member) {
        JsonObject ports = member.object("ports");
        String host = member.text("host");
        return new MemberReport(
                member.text("name"),
                member.text("id"),
                member.text("zone"),
                member.text("state"),
                member.number("epoch"),
                member.flag("lease"),
                slots(member, "primary", "slotsPrimary"),
                slots(member, "backup", "slotsBackup"),
                slots(member, "filling", "slotsFilling"),
                member.number("entries"),
                member.number("bytes"),
                member.number("memoryBytesMax"),
                host,
                (int) (member.number("redis") + ports.number("redis")),
                (int) (member.number("clustered") + ports.number("clustered")),
                adminUrl(member, host, ports),
                Transfer.of(member.object("transfer")),
                DiskReport.of(member.object("disk")));
    }

    private static long slots(JsonObject member, String nested, String flat) {
        JsonObject slots = member.object("slots");
        return slots.fields().isEmpty() ? member.number(flat) : slots.number(nested);
    }

    private static String adminUrl(JsonObject member, String host, JsonObject ports) {
        String written = member.text("admin");
        if (written.startsWith("http")) {
            return written;
        }
        long port = written.isEmpty() ? ports.number("admin") : member.number("admin");
        return "http://" + (host.isEmpty() ? "127.0.0.1" : host) + ":" + port;
    }
}
