package dev.gossamer.node.cli.chaos.load;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The keys of a campaign, spread evenly over its caches. A few of each cache are asked for often,
 * so that clients meet on them; and a few others are read often and written as seldom as most, so
 * that copies of them stand for a while.
 */
public final class KeySet {
    private static final int HOT_EACH = 8;
    private static final double HOT_PART = 0.3;

    private static final double READ_PART = 0.6;

    private final List<String> all = new ArrayList<>();
    private final List<String> hot = new ArrayList<>();
    private final List<String> read = new ArrayList<>();

    /**
     * @param count of all keys together; each cache gets its share, at least one
     */
    public KeySet(List<String> caches, int count) {
        int each = Math.max(1, count / caches.size());
        for (String cache : caches) {
            for (int i = 0; i < each; i++) {
                all.add(cache + ":" + i);
            }
            List<String> own = all.subList(all.size() - each, all.size());
            hot.addAll(own.subList(0, Math.min(each, HOT_EACH)));
            read.addAll(own.subList(Math.max(0, each - HOT_EACH), each));
        }
    }

    public List<String> all() {
        return List.copyOf(all);
    }

    /** Some key. */
    public String any(SplittableRandom random) {
        List<String> from = random.nextDouble() < HOT_PART ? hot : all;
        return from.get(random.nextInt(from.size()));
    }

    /** Some key to read where an older answer will do: mostly one of those that are read often. */
    String anyToRead(SplittableRandom random) {
        return random.nextDouble() < READ_PART
                ? read.get(random.nextInt(read.size()))
                : any(random);
    }
}
