package dev.gossamer.client;

import static dev.gossamer.client.ScriptedMember.bulk;

import dev.gossamer.protocol.Slot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Some scripted members with one store; the slots are dealt out in equal runs, in order. */
final class ScriptedMesh implements AutoCloseable {
    final List<ScriptedMember> members = new ArrayList<>();
    final Map<String, String> store = new ConcurrentHashMap<>();
    final AtomicLong epoch = new AtomicLong(1);

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
        fields.put("epoch", ":" + epoch.get() + "\r\n");
        fields.put("replication", ":1\r\n");
        fields.put("members", listed.toString());
        fields.put("slots", slots.toString());
        return ScriptedMember.map(fields);
    }

    private static String describe(ScriptedMember member) {
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
            case "DEL" -> store.remove(words.get(1)) == null ? ":0\r\n" : ":1\r\n";
            default -> "-ERR unknown command '" + name + "'\r\n";
        };
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
