package dev.gossamer.node.config;

import java.util.Locale;
import java.util.function.Function;

/**
 * One setting: its name in the file, how its text is read, and what it means.
 *
 * @param name dotted path in the YAML file, such as {@code memory.max-bytes}
 * @param defaultText what holds when nobody says anything; read by the same reader
 * @param reader turns text into a value; throws {@link IllegalArgumentException} that says what is
 *     wrong
 * @param meaning one sentence with unit and bounds, for {@code gossamer config} and the
 *     documentation
 */
public record Setting<T>(
        String name, String defaultText, Function<String, T> reader, String meaning) {

    /** The environment variable that overrides it: {@code GOSSAMER_MEMORY_MAX_BYTES}. */
    public String environmentName() {
        return EnvironmentNames.PREFIX
                + name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /** Whether its value must not be shown. */
    public boolean secret() {
        return name.endsWith("password");
    }

    T read(RawValue raw) {
        try {
            return reader.apply(raw.text());
        } catch (IllegalArgumentException e) {
            throw new ConfigException(raw.source() + ": " + name + ": " + e.getMessage(), e);
        }
    }
}
