package dev.gossamer.client;

import static dev.gossamer.client.ScriptedMember.bulk;

import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Stamp;
import dev.gossamer.protocol.Version;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Some scripted members with one store; the slots are dealt out in equal runs, in order. */
final class ScriptedMesh implements AutoCloseable {
    final List<ScriptedMember> members = new ArrayList<>();
    final Map<String, String> store = new ConcurrentHashMap<>();
    private static final String WRONG_EPOCH = "-WRONGEPOCH not yet\r\n";

    /** The number of the agreed epoch. */
    final AtomicLong epoch = new AtomicLong(1);

    /** Above 0 for a provisional topology on top of it. */
    volatile long viewId;

    /** What the keys' versions are; keys that are put into {@link #store} directly have none. */
    final Map<String, Version> versions = new ConcurrentHashMap<>();

    /** Whether the versions are said to be compared by epoch first. */
    volatile boolean epochFirst;

    /** Which run of its process every member is in. */
    volatile long incarnation = 1;

    private final AtomicLong clock = new AtomicLong(100);
    private final Map<String, String> outcomes = new ConcurrentHashMap<>();
    final ScriptedLeases leases = new ScriptedLeases(this);

    /** Whose slots are dealt to others: by index. */
    volatile int absent = -1;

    ScriptedMesh(int size) {
        for (int i = 0; i < size; i++) {
            members.add(new ScriptedMember(this, i));
        }
    }

    ScriptedMember member(int index) {
        return members.get(index);
    }

    String uri() {
        return "gossamer://127.0.0.1:" + member(0).proxying.getLocalPort();
    }

    /** A key whose slot's primary is the member, by the deal that holds when nobody is absent. */
    String keyOf(int member, String stem) {
        for (int i = 0; ; i++) {
            String key = stem + i;
            byte[] bytes = key.getBytes(java.nio.charset.StandardCharsets.UTF_8);
            if (Slot.indexOf(bytes, 0, bytes.length) / run() == member) {
                return key;
            }
        }
    }

    private int run() {
        return Slot.COUNT / members.size() + 1;
    }

    String topology() {
        StringBuilder listed = new StringBuilder("*" + members.size() + "\r\n");
        StringBuilder slots = new StringBuilder("*" + members.size() + "\r\n");
        for (ScriptedMember member : members) {
            listed.append(describe(member));
            int first = member.index * run();
            int last = Math.min(Slot.COUNT, first + run()) - 1;
            int owner = member.index == absent ? (absent + 1) % members.size() : member.index;
            slots.append("*3\r\n:" + first + "\r\n:" + last + "\r\n*1\r\n:" + owner + "\r\n");
        }
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("epoch", ":" + epochNow() + "\r\n");
        fields.put("replication", ":1\r\n");
        fields.put("members", listed.toString());
        fields.put("slots", slots.toString());
        return ScriptedMember.map(fields);
    }

    private String describe(ScriptedMember member) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("id", bulk(String.format("%016x", member.index + 1)));
        fields.put("name", bulk("node-" + member.index));
        fields.put("zone", bulk("a"));
        fields.put("weight", ":100\r\n");
        fields.put("host", bulk("127.0.0.1"));
        fields.put("redis", ":" + member.proxying.getLocalPort() + "\r\n");
        fields.put("clustered", ":" + member.clustered.getLocalPort() + "\r\n");
        for (String port : List.of("admin", "jgroups", "data")) {
            fields.put(port, ":1\r\n");
        }
        fields.put("incarnation", ":" + incarnation + "\r\n");
        return ScriptedMember.map(fields);
    }

    /** Tells all subscribers the topology of a new epoch. */
    void announce() {
        epoch.incrementAndGet();
        String push = ">2\r\n" + bulk("gsm.topology") + topology();
        for (ScriptedMember member : members) {
            member.peers.stream().filter(peer -> peer.subscribed).forEach(peer -> peer.say(push));
        }
    }

    String answer(String name, List<String> words) {
        return switch (name) {
            case "HELLO" -> "%1\r\n+proto\r\n:3\r\n";
            case "PING" -> "+PONG\r\n";
            case "GSM.TOPOLOGY" -> topology();
            case "GET" -> {
                String value = store.get(words.get(1));
                yield value == null ? "_\r\n" : bulk(value);
            }
            case "SET" -> set(words);
            case "GSM.GET" -> isTooLate(words) ? WRONG_EPOCH : read(words);
            case "GSM.SET" -> isTooLate(words) ? WRONG_EPOCH : once(words, () -> gsmSet(words));
            case "GSM.DEL" -> isTooLate(words) ? WRONG_EPOCH : once(words, () -> gsmDelete(words));
            case "GSM.LEASE.GET" -> isTooLate(words) ? WRONG_EPOCH : leases.get(words);
            case "GSM.LEASE.SET" -> once(words, () -> leases.set(words));
            case "GSM.LEASE.DROP" -> leases.drop(words);
            case "DEL" -> store.remove(words.get(1)) == null ? ":0\r\n" : ":1\r\n";
            default -> "-ERR unknown command '" + name + "'\r\n";
        };
    }

    private long epochNow() {
        long agreed = Epoch.agreed(epoch.get());
        return viewId == 0 ? agreed : Epoch.provisional(agreed, viewId);
    }

    private boolean isTooLate(List<String> words) {
        int at = words.lastIndexOf("SINCE");
        return at > 0 && Long.parseLong(words.get(at + 1)) > epochNow();
    }

    private String read(List<String> words) {
        String value = store.get(words.get(1));
        if (value == null) {
            return stamped("_\r\n", null);
        }
        Version version = version(words);
        return stamped(words.contains("META") ? meta(value, version) : bulk(value), version);
    }

    private static String meta(String value, Version version) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("value", bulk(value));
        fields.put("version", bulk(version.toString()));
        fields.put("tier", bulk("L1"));
        fields.put("origin", bulk("0000000000000001"));
        fields.put("expires_at", "_\r\n");
        return ScriptedMember.map(fields);
    }

    /** An operation is done once, whichever member is asked. */
    private String once(List<String> words, Supplier<String> change) {
        int at = words.lastIndexOf("OP");
        return outcomes.computeIfAbsent(words.get(at + 1), id -> change.get());
    }

    private synchronized String gsmSet(List<String> words) {
        boolean absent = !store.containsKey(words.get(1));
        int expected = words.lastIndexOf("VERSION");
        boolean refused =
                (words.contains("NX") && !absent)
                        || (expected > 0
                                && !version(words).toString().equals(words.get(expected + 1)));
        if (refused) {
            return stamped("_\r\n", null);
        }
        store.put(words.get(1), words.get(2));
        leases.overtake(words.get(1));
        return stamped("+OK\r\n", written(words));
    }

    private synchronized String gsmDelete(List<String> words) {
        leases.overtake(words.get(1));
        return store.remove(words.get(1)) == null
                ? stamped(":0\r\n", null)
                : stamped(":1\r\n", written(words));
    }

    private Version version(List<String> words) {
        return versions.getOrDefault(words.get(1), versionOf(epochNow(), 1));
    }

    private Version written(List<String> words) {
        Version version = versionOf(epochNow(), clock.incrementAndGet());
        versions.put(words.get(1), version);
        return version;
    }

    static Version versionOf(long epoch, long clock) {
        return new Version(epoch, clock, new MemberId(1));
    }

    /** A reply with its stamp, as a member gives them. */
    String stamped(String reply, @Nullable Version version) {
        Version told = version == null ? Version.NONE : version;
        byte[] stamp = new Stamp(told, epochFirst, epochNow()).toBytes();
        return "*2\r\n" + reply + bulk(new String(stamp, StandardCharsets.ISO_8859_1));
    }

    private String set(List<String> words) {
        if (words.contains("NX")) {
            return store.putIfAbsent(words.get(1), words.get(2)) == null ? "+OK\r\n" : "_\r\n";
        }
        store.put(words.get(1), words.get(2));
        return "+OK\r\n";
    }

    @Override
    public void close() {
        members.forEach(ScriptedMember::close);
    }
}
