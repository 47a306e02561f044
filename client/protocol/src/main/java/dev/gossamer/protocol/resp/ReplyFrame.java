package dev.gossamer.protocol.resp;

import java.util.ArrayList;
import java.util.List;

/** An array, set, push, map or attribute that is being read. */
final class ReplyFrame {
    static final long UNTIL_MARK = -1;
    private static final int CAPACITY_FIRST = 64;

    private final byte type;
    private final long wanted;
    private final List<Reply> items;

    /**
     * @param wanted how many replies it takes, keys and values counted apart; or {@link
     *     #UNTIL_MARK}
     */
    ReplyFrame(byte type, long wanted) {
        this.type = type;
        this.wanted = wanted;
        this.items = new ArrayList<>((int) Math.min(CAPACITY_FIRST, Math.max(wanted, 0)));
    }

    void add(Reply reply) {
        items.add(reply);
    }

    boolean isFull() {
        return items.size() == wanted;
    }

    boolean endsByMark() {
        return wanted == UNTIL_MARK;
    }

    boolean isAttribute() {
        return type == '|';
    }

    /** Whether every key has its value; true for what is no map. */
    boolean isEven() {
        return (type != '%' && type != '|') || items.size() % 2 == 0;
    }

    Reply toReply() {
        return switch (type) {
            case '~' -> new Reply.Bag(items);
            case '>' -> new Reply.Push(items);
            case '%' -> new Reply.Pairs(pairs());
            default -> new Reply.Array(items);
        };
    }

    private List<Reply.Pair> pairs() {
        List<Reply.Pair> pairs = new ArrayList<>(items.size() / 2);
        for (int i = 0; i < items.size(); i += 2) {
            pairs.add(new Reply.Pair(items.get(i), items.get(i + 1)));
        }
        return pairs;
    }
}
