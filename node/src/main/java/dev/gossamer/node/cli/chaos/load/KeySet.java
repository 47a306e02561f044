package dev.gossamer.node.cli.chaos.load;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The keys of a campaign, spread evenly over its caches. A few of each cache are asked for often,
 * so that clients meet on them.
 */
public final class KeySet {
    private static final int HOT_EACH = 8;
    private static final double HOT_PART = 0.3;

    private final List<String> all = new ArrayList<>();
    private final List<String> hot = new ArrayList<>();

    /**
     * @param count of all keys together; each cache gets its share, at least one
     */
    public KeySet(List<String> caches, int count) {
        int each = Math.max(1, count / caches.size());
        for (String cache : caches) {
            for (int i = 0; i < each; i++) {
                all.add(cache + ":" + i);
            }
            hot.addAll(
                    all.subList(all.size() - each, all.size() - each + Math.min(each, HOT_EACH)));
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
}
