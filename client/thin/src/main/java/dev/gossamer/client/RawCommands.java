package dev.gossamer.client;

import dev.gossamer.client.routing.Request;
import dev.gossamer.client.routing.Safety;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.resp.RequestEncoder;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Commands as the program words them: which of them may be sent twice. */
final class RawCommands {
    private static final Set<String> READS =
            Set.of(
                    "PING",
                    "ECHO",
                    "INFO",
                    "DBSIZE",
                    "TYPE",
                    "GET",
                    "MGET",
                    "STRLEN",
                    "GETRANGE",
                    "EXISTS",
                    "TTL",
                    "PTTL",
                    "EXPIRETIME",
                    "PEXPIRETIME",
                    "RANDOMKEY",
                    "KEYS",
                    "SCAN",
                    "CLUSTER",
                    "COMMAND",
                    "GSM.GET",
                    "GSM.EXPLAIN",
                    "GSM.TOPOLOGY");
    private static final Set<String> CONNECTION_STATE =
            Set.of("HELLO", "AUTH", "SELECT", "QUIT", "RESET", "CLIENT");

    private RawCommands() {}

    static Request request(List<Bytes> words) {
        if (words.isEmpty()) {
            throw new IllegalArgumentException("a command needs a name");
        }
        String name = words.get(0).toUtf8().toUpperCase(Locale.ROOT);
        boolean subscribes = name.equals("GSM.TOPOLOGY") && words.size() > 1;
        if (CONNECTION_STATE.contains(name) || subscribes) {
            throw new IllegalArgumentException(
                    name + " would change a connection that others share");
        }
        Safety safety = READS.contains(name) ? Safety.READ : Safety.ONCE;
        return new Request(name, safety, Request.ANYWHERE, RequestEncoder.encode(words));
    }
}
