package dev.gossamer.node.edge.resp;

/**
 * Redis' glob patterns: {@code *}, {@code ?}, {@code [abc]}, {@code [^a-z]} and {@code \} before
 * any of them.
 *
 * <p><b>Cost.</b> At most pattern × text steps, whatever the pattern: only the last star is ever
 * tried again.
 */
final class Glob {
    private final byte[] pattern;

    /** How far the pattern reached while it matched one byte. */
    private int next;

    Glob(byte[] pattern) {
        this.pattern = pattern;
    }

    boolean matchesAll() {
        return pattern.length == 1 && pattern[0] == '*';
    }

    boolean matches(byte[] text) {
        int p = 0;
        int t = 0;
        int star = -1;
        int resume = 0;
        while (t < text.length) {
            if (p < pattern.length && pattern[p] == '*') {
                star = p++;
                resume = t;
            } else if (p < pattern.length && matchesOne(p, text[t])) {
                p = next;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length && pattern[p] == '*') {
            p++;
        }
        return p == pattern.length;
    }

    private boolean matchesOne(int p, byte b) {
        next = p + 1;
        if (pattern[p] == '?') {
            return true;
        }
        if (pattern[p] == '[') {
            return matchesClass(p + 1, b & 0xff);
        }
        if (pattern[p] == '\\' && p + 1 < pattern.length) {
            next = p + 2;
            return pattern[p + 1] == b;
        }
        return pattern[p] == b;
    }

    private boolean matchesClass(int from, int b) {
        int p = from;
        boolean inverted = p < pattern.length && pattern[p] == '^';
        if (inverted) {
            p++;
        }
        boolean found = false;
        while (p < pattern.length && pattern[p] != ']') {
            if (pattern[p] == '\\' && p + 1 < pattern.length) {
                p++;
            }
            int low = pattern[p] & 0xff;
            int high = low;
            if (p + 2 < pattern.length && pattern[p + 1] == '-') {
                high = pattern[p + 2] & 0xff;
                p += 2;
            }
            found |= b >= Math.min(low, high) && b <= Math.max(low, high);
            p++;
        }
        next = Math.min(p + 1, pattern.length);
        return found != inverted;
    }
}
