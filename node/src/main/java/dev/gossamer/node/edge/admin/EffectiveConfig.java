package dev.gossamer.node.edge.admin;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** The settings that this node runs with, and where each came from. Answers at once. */
public interface EffectiveConfig {
    /** Every setting, in the order in which the documentation lists them. */
    List<Setting> settings();

    /**
     * One setting.
     *
     * @param name as in the file, with dots: {@code limits.key-bytes-max}
     * @param value as a person would write it; a secret's value is replaced by {@link #MASK}
     * @param source {@code default}, {@code file:<line>}, {@code env} or {@code flag}
     * @param description one sentence
     */
    record Setting(String name, String value, String source, String description) {
        /** What stands for a secret's value. */
        public static final String MASK = "********";

        private static final Pattern SECRET =
                Pattern.compile("(^|[.-])(password|secret|token|private-key|passphrase)$");

        public Setting {
            if (name.isEmpty() || source.isEmpty()) {
                throw new IllegalArgumentException(
                        "setting '" + name + "' from '" + source + "' lacks a name or a source");
            }
            if (!value.isEmpty() && isSecret(name)) {
                value = MASK;
            }
        }

        private static boolean isSecret(String name) {
            return SECRET.matcher(name.toLowerCase(Locale.ROOT)).find();
        }
    }
}
