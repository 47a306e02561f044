package dev.gossamer.node.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Every setting's effective value and where it came from: one YAML file, overridden by the
 * environment, overridden by flags. Whatever is unknown is refused by name with its place and the
 * nearest known name (C14).
 *
 * <p>Immutable once read.
 */
public final class Configuration {
    /** Settings of named caches stand under this name: {@code caches.users.ttl}. */
    static final String CACHES = "caches.";

    /**
     * A value as it holds.
     *
     * @param value as it was written; secrets are masked
     */
    public record Effective(String name, String value, String source, String meaning) {}

    private final Map<String, RawValue> written;
    private final Map<String, Setting<?>> known;
    private final Map<String, Setting<?>> knownOfCaches;

    private Configuration(
            Map<String, RawValue> written, List<Setting<?>> known, List<Setting<?>> knownOfCaches) {
        this.written = written;
        this.known = byName(known);
        this.knownOfCaches = byName(knownOfCaches);
    }

    private static Map<String, Setting<?>> byName(List<Setting<?>> settings) {
        Map<String, Setting<?>> map = new LinkedHashMap<>();
        settings.forEach(setting -> map.put(setting.name(), setting));
        return map;
    }

    /**
     * Reads all three sources.
     *
     * @param environment all of it; only names that begin with {@code GOSSAMER_} are looked at
     * @param flags setting names with their texts
     * @throws ConfigException when anything is unknown or cannot be read
     */
    public static Configuration read(
            Optional<Path> file, Map<String, String> environment, Map<String, String> flags) {
        Map<String, RawValue> written = new LinkedHashMap<>();
        file.ifPresent(path -> written.putAll(YamlFile.read(path)));
        Configuration configuration = new Configuration(written, Settings.ALL, Settings.OF_CACHES);
        configuration.refuseUnknown();
        configuration.override(environment, flags);
        return configuration;
    }

    private void refuseUnknown() {
        written.forEach((name, raw) -> {
            if (settingOf(name).isEmpty()) {
                throw new ConfigException(
                        raw.source() + ": unknown setting '" + name + "'" + suggestion(name));
            }
        });
    }

    private void override(Map<String, String> environment, Map<String, String> flags) {
        Map<String, String> byEnvironmentName = new LinkedHashMap<>();
        known.values()
                .forEach(setting ->
                        byEnvironmentName.put(setting.environmentName(), setting.name()));
        new TreeMap<>(environment)
                .forEach((variable, text) -> {
                    if (variable.startsWith(EnvironmentNames.PREFIX)) {
                        String name = nameOf(variable, byEnvironmentName);
                        written.put(name, new RawValue(text, "environment " + variable));
                    }
                });
        flags.forEach((name, text) -> {
            if (settingOf(name).isEmpty()) {
                throw new ConfigException(
                        "flag: unknown setting '" + name + "'" + suggestion(name));
            }
            written.put(name, new RawValue(text, "flag"));
        });
    }

    private static String nameOf(String variable, Map<String, String> byEnvironmentName) {
        String name = byEnvironmentName.get(variable);
        if (name == null) {
            throw new ConfigException(
                    "environment: unknown setting '"
                            + variable
                            + "'"
                            + nearest(variable, byEnvironmentName.keySet()));
        }
        return name;
    }

    private Optional<Setting<?>> settingOf(String name) {
        Setting<?> setting = known.get(name);
        if (setting == null && name.startsWith(CACHES)) {
            int dot = name.lastIndexOf('.');
            setting = dot > CACHES.length() ? knownOfCaches.get(name.substring(dot + 1)) : null;
        }
        return Optional.ofNullable(setting);
    }

    private String suggestion(String name) {
        if (name.startsWith(CACHES)) {
            return "; a cache has: " + String.join(", ", knownOfCaches.keySet());
        }
        return nearest(name, known.keySet());
    }

    private static String nearest(String name, Iterable<String> names) {
        List<String> all = new ArrayList<>();
        names.forEach(all::add);
        return all.stream()
                .min(Comparator.comparingInt(candidate -> EditDistance.between(name, candidate)))
                .filter(candidate ->
                        EditDistance.between(name, candidate) <= Math.max(3, name.length() / 3))
                .map(candidate -> "; did you mean '" + candidate + "'?")
                .orElse("; 'gossamer config --help' tells where all settings are listed");
    }

    /** The effective value. */
    public <T> T get(Setting<T> setting) {
        return setting.read(rawOf(setting.name(), setting));
    }

    /**
     * The effective value of a named cache's setting; {@code fallback} where the cache says
     * nothing.
     */
    <T> T get(String cache, Setting<T> setting, T fallback) {
        RawValue raw = written.get(nameOf(cache, setting));
        return raw == null ? fallback : setting.read(raw);
    }

    /**
     * Reads what nobody is going to ask for.
     *
     * @throws ConfigException when it is impossible
     */
    public void check(Setting<?> setting) {
        Object _ = get(setting);
    }

    /** Whether anybody has said something about the setting. */
    public boolean says(Setting<?> setting) {
        return written.containsKey(setting.name());
    }

    /** Likewise of a named cache's setting. */
    boolean says(String cache, Setting<?> setting) {
        return written.containsKey(nameOf(cache, setting));
    }

    /** A {@link ConfigException} that blames this setting's place. */
    public ConfigException refused(Setting<?> setting, String problem) {
        return refusedAt(setting.name(), setting, problem);
    }

    /** Likewise of a named cache's setting. */
    ConfigException refused(String cache, Setting<?> setting, String problem) {
        return refusedAt(nameOf(cache, setting), setting, problem);
    }

    private ConfigException refusedAt(String name, Setting<?> setting, String problem) {
        return new ConfigException(rawOf(name, setting).source() + ": " + name + ": " + problem);
    }

    private static String nameOf(String cache, Setting<?> setting) {
        return CACHES + cache + "." + setting.name();
    }

    /** The names of the caches that the file speaks of, in its order. */
    List<String> cacheNames() {
        return written.keySet().stream()
                .filter(name -> name.startsWith(CACHES))
                .map(name -> name.substring(CACHES.length(), name.lastIndexOf('.')))
                .distinct()
                .toList();
    }

    /** All settings as they hold, in the order of the documentation, then those of the caches. */
    public List<Effective> effective() {
        List<Effective> all = new ArrayList<>();
        known.forEach((name, setting) -> all.add(effective(name, setting)));
        written.keySet().stream()
                .filter(name -> name.startsWith(CACHES))
                .forEach(name -> all.add(effective(name, settingOf(name).orElseThrow())));
        return all;
    }

    private Effective effective(String name, Setting<?> setting) {
        RawValue raw = rawOf(name, setting);
        String shown = setting.secret() && !raw.text().isEmpty() ? "********" : raw.text();
        return new Effective(name, shown, raw.source(), setting.meaning());
    }

    private RawValue rawOf(String name, Setting<?> setting) {
        return written.getOrDefault(name, new RawValue(setting.defaultText(), "default"));
    }
}
