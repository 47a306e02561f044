package dev.gossamer.client;

import static dev.gossamer.client.ScriptedMember.bulk;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The leases of a {@link ScriptedMesh}, as far as a client can tell. */
final class ScriptedLeases {
    private static final String OVERTAKEN = "-OVERTAKEN the lease has ended\r\n";
    private static final long DEFAULT_MILLIS = 10_000;

    private record Held(String token, long endsNanos) {}

    private final ScriptedMesh mesh;
    private final Map<String, Held> leases = new HashMap<>();
    private final Map<String, Long> absent = new HashMap<>();

    /** Per key when its value is due, and how old it is said to be. */
    final Map<String, Long> ages = new HashMap<>();

    /** How many leases were given. */
    final AtomicInteger given = new AtomicInteger();

    /** Whether pushes get lost. */
    volatile boolean mute;

    ScriptedLeases(ScriptedMesh mesh) {
        this.mesh = mesh;
    }

    synchronized String get(List<String> words) {
        String key = words.get(1);
        String value = mesh.store.get(key);
        boolean due = value != null && ages.containsKey(key) && words.contains("REFRESH");
        if (value != null && !due) {
            return reply("value", value, 0, "", 0);
        }
        long age = ages.getOrDefault(key, 0L);
        long now = System.nanoTime();
        if (absent.getOrDefault(key, now - 1) > now) {
            return reply("absent", null, 0, "", left(absent.get(key), now));
        }
        Held held = leases.get(key);
        if (held != null && held.endsNanos > now) {
            boolean stale = due && age <= number(words, "STALE", 0);
            return reply(
                    stale ? "stale" : "wait",
                    stale ? value : null,
                    stale ? age : 0,
                    "",
                    left(held.endsNanos, now));
        }
        long millis = number(words, "TTL", DEFAULT_MILLIS);
        String token = "1-" + given.incrementAndGet() + "-1";
        leases.put(key, new Held(token, now + TimeUnit.MILLISECONDS.toNanos(millis)));
        return reply("load", due ? value : null, due ? age : 0, token, millis);
    }

    private static long left(long endsNanos, long now) {
        return TimeUnit.NANOSECONDS.toMillis(endsNanos - now) + 1;
    }

    private static long number(List<String> words, String name, long otherwise) {
        int at = words.indexOf(name);
        return at < 0 ? otherwise : Long.parseLong(words.get(at + 1));
    }

    private String reply(String state, @Nullable String value, long age, String token, long left) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("state", bulk(state));
        fields.put("value", value == null ? "_\r\n" : bulk(value));
        fields.put("version", "_\r\n");
        fields.put("age", ":" + age + "\r\n");
        fields.put("token", token.isEmpty() ? "_\r\n" : bulk(token));
        fields.put("left", ":" + left + "\r\n");
        return mesh.stamped(ScriptedMember.map(fields), null);
    }

    /** What every GSM.LEASE.SET said. */
    final List<String> fills = new CopyOnWriteArrayList<>();

    synchronized String set(List<String> words) {
        fills.add(String.join(" ", words));
        if (!end(words.get(1), words.get(2))) {
            return OVERTAKEN;
        }
        mesh.store.put(words.get(1), words.get(3));
        ages.remove(words.get(1));
        tell(words.get(1));
        return mesh.stamped("+OK\r\n", null);
    }

    synchronized String drop(List<String> words) {
        boolean ended = end(words.get(1), words.get(2));
        long millis = number(words, "ABSENT", 0);
        if (millis > 0 && ended) {
            mesh.store.remove(words.get(1));
            absent.put(words.get(1), System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis));
        }
        tell(words.get(1));
        String told = millis > 0 && !ended ? OVERTAKEN : ended ? ":1\r\n" : ":0\r\n";
        return words.contains("STAMP") && !told.startsWith("-") ? mesh.stamped(told, null) : told;
    }

    private boolean end(String key, String token) {
        Held held = leases.get(key);
        return held != null && held.token.equals(token) && leases.remove(key, held);
    }

    /** Somebody has written or removed the key. */
    synchronized void overtake(String key) {
        leases.remove(key);
        absent.remove(key);
        tell(key);
    }

    private void tell(String key) {
        if (mute) {
            return;
        }
        String push = ">2\r\n" + bulk("gsm.lease") + bulk(key);
        for (ScriptedMember member : mesh.members) {
            member.peers.stream()
                    .filter(peer -> peer.awaited.remove(key))
                    .forEach(peer -> peer.say(push));
        }
    }
}
