package dev.gossamer.node.cache;

import dev.gossamer.protocol.MemberId;

/**
 * On whose behalf something changes: what an operator needs to find the one who did it. Immutable.
 *
 * <p>Made once for a connection, not for a request: it is kept with every mutation ({@link
 * Mutations}), and one object that stands in thousands of them is counted once.
 *
 * @param way how it came to this node
 * @param id the connection's number on this node, or the member's id; may be empty
 * @param name what a client calls itself; may be empty
 * @param address of a client; may be empty
 * @param means what was asked for, where it is not the key itself: a prefix, a flush; else empty
 */
public record Caller(Way way, String id, String name, String address, String means) {
    /** Longer names are cut. */
    static final int TEXT_CHARS_MAX = 128;

    /** What one takes beside its characters. */
    private static final int BASE_BYTES = 160;

    /** Nobody has said. */
    public static final Caller UNKNOWN = new Caller(Way.UNKNOWN, "", "", "", "");

    /** This node itself: expiry, eviction, copies that come and go. */
    public static final Caller NODE = new Caller(Way.NODE, "", "", "", "");

    /** All entries are removed, one by one, by the members that are primary of them. */
    public static final Caller FLUSH = NODE.by("flush");

    /** How somebody came to this node. */
    public enum Way {
        /** A client of a RESP port. */
        RESP,
        /** A client of the admin port. */
        HTTP,
        /** Another member, which has somebody behind it: it knows whom. */
        MEMBER,
        /** Nobody: this node did it by itself. */
        NODE,
        UNKNOWN
    }

    /** Cuts what is too long. */
    public Caller {
        id = cut(id);
        name = cut(name);
        address = cut(address);
        means = cut(means);
    }

    private static String cut(String text) {
        return text.length() <= TEXT_CHARS_MAX ? text : text.substring(0, TEXT_CHARS_MAX);
    }

    /** Another member, for somebody that it knows. */
    public static Caller member(MemberId id) {
        return new Caller(Way.MEMBER, id.toString(), "", "", "");
    }

    /** The same, who does not name the key but this. */
    public Caller by(String what) {
        return new Caller(way, id, name, address, what);
    }

    /** About how many bytes it takes. */
    int weightBytes() {
        return BASE_BYTES + id.length() + name.length() + address.length() + means.length();
    }
}
