package dev.gossamer.client.routing;

import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.resp.Reply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Reads what GSM.TOPOLOGY answers: a map of the epoch, the replication, the members and, per range
 * of slots, the indexes of their owners.
 */
final class TopologyReader {
    private TopologyReader() {}

    /**
     * @throws GossamerException with INTERNAL when the reply is no topology
     */
    static Topology read(Reply reply) {
        try {
            Map<String, Reply> fields = fields(reply);
            List<Member> listed = new ArrayList<>();
            items(field(fields, "members")).forEach(item -> listed.add(member(fields(item))));
            List<Member> sorted = listed.stream().sorted().toList();
            int[] place = listed.stream().mapToInt(sorted::indexOf).toArray();
            return new Topology(
                    number(field(fields, "epoch")),
                    Math.toIntExact(number(field(fields, "replication"))),
                    sorted,
                    owners(items(field(fields, "slots")), place));
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new GossamerException(
                    ErrorCode.INTERNAL, "the server sent no valid topology: " + e.getMessage(), e);
        }
    }

    private static Member member(Map<String, Reply> fields) {
        return new Member(
                MemberId.parse(text(field(fields, "id"))),
                text(field(fields, "name")),
                text(field(fields, "zone")),
                Math.toIntExact(number(field(fields, "weight"))),
                text(field(fields, "host")),
                new Member.Ports(
                        port(fields, "redis"),
                        port(fields, "clustered"),
                        port(fields, "admin"),
                        port(fields, "jgroups"),
                        port(fields, "data")),
                // Members of earlier releases do not tell their runs apart.
                fields.containsKey("incarnation") ? number(field(fields, "incarnation")) : 0);
    }

    private static int port(Map<String, Reply> fields, String name) {
        return Math.toIntExact(number(field(fields, name)));
    }

    private static short[][] owners(List<Reply> ranges, int[] place) {
        short[][] owners = new short[Slot.COUNT][0];
        for (Reply range : ranges) {
            List<Reply> parts = items(range);
            if (parts.size() != 3) {
                throw new IllegalArgumentException("a slot range of " + parts.size() + " parts");
            }
            short[] ofRange = indexes(items(parts.get(2)), place);
            int first = new Slot(Math.toIntExact(number(parts.get(0)))).index();
            int last = new Slot(Math.toIntExact(number(parts.get(1)))).index();
            IntStream.rangeClosed(first, last).forEach(slot -> owners[slot] = ofRange);
        }
        return owners;
    }

    private static short[] indexes(List<Reply> listed, int[] place) {
        short[] indexes = new short[listed.size()];
        for (int i = 0; i < indexes.length; i++) {
            long index = number(listed.get(i));
            if (index < 0 || index >= place.length) {
                throw new IllegalArgumentException("owner " + index + " of " + place.length);
            }
            indexes[i] = (short) place[(int) index];
        }
        return indexes;
    }

    /** A map's fields; RESP2 servers flatten maps to arrays. */
    static Map<String, Reply> fields(Reply reply) {
        Map<String, Reply> fields = new HashMap<>();
        if (reply instanceof Reply.Pairs map) {
            map.pairs().forEach(pair -> fields.put(text(pair.key()), pair.value()));
            return fields;
        }
        List<Reply> flat = items(reply);
        if (flat.size() % 2 != 0) {
            throw new IllegalArgumentException("a map with a key and no value");
        }
        for (int i = 0; i < flat.size(); i += 2) {
            fields.put(text(flat.get(i)), flat.get(i + 1));
        }
        return fields;
    }

    private static Reply field(Map<String, Reply> fields, String name) {
        Reply reply = fields.get(name);
        if (reply == null) {
            throw new IllegalArgumentException("no field '" + name + "'");
        }
        return reply;
    }

    private static List<Reply> items(Reply reply) {
        if (reply instanceof Reply.Array array) {
            return array.items();
        }
        throw new IllegalArgumentException(reply + " where a list should be");
    }

    private static long number(Reply reply) {
        return reply instanceof Reply.Whole whole ? whole.value() : Long.parseLong(text(reply));
    }

    static String text(Reply reply) {
        if (reply instanceof Reply.Blob blob) {
            return blob.toUtf8();
        }
        if (reply instanceof Reply.Text text) {
            return text.text();
        }
        throw new IllegalArgumentException(reply + " where text should be");
    }
}
