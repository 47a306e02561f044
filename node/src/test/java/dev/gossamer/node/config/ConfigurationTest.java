package dev.gossamer.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.cache.CacheSettings.Acks;
import dev.gossamer.node.cache.CacheSettings.Partition;
import dev.gossamer.node.store.disk.DiskRules;
import dev.gossamer.node.store.disk.DiskRules.Policy;
import dev.gossamer.node.store.disk.format.Compression;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationTest {
    /** Where settings are declared. */
    private static final List<Class<?>> PLACES =
            List.of(
                    Settings.class,
                    StorageSettings.class,
                    AgreeingSettings.class,
                    AuditSettings.class,
                    ExplainSettings.class,
                    CacheOptions.class);

    @TempDir Path folder;

    @Test
    void flagsOverrideTheEnvironmentWhichOverridesTheFileWhichOverridesTheDefault()
            throws IOException {
        Path file = write("mesh:\n  name: from-file\n  replication: 3\nnode: {zone: z1}\n");
        Configuration configuration =
                Configuration.read(
                        Optional.of(file),
                        Map.of(
                                "GOSSAMER_MESH_NAME",
                                "from-environment",
                                "GOSSAMER_MESH_REPLICATION",
                                "4",
                                "HOME",
                                "/"),
                        Map.of("mesh.name", "from-flag"));
        assertThat(configuration.get(Settings.MESH_NAME)).isEqualTo("from-flag");
        assertThat(configuration.get(Settings.MESH_REPLICATION)).isEqualTo(4);
        assertThat(configuration.get(Settings.NODE_ZONE)).isEqualTo("z1");
        assertThat(configuration.get(Settings.NODE_WEIGHT)).isEqualTo(100);
        assertThat(configuration.effective())
                .filteredOn(effective ->
                        effective.name().startsWith("mesh.name")
                                || effective.name().startsWith("node.z"))
                .extracting(Configuration.Effective::source)
                .containsExactly("node.yaml:4", "flag");
    }

    @Test
    void anUnknownNameIsRefusedWithItsPlaceAndTheNearestKnownOne() throws IOException {
        Path file = write("memory:\n  max-bites: 1GiB\n");
        assertThatThrownBy(() -> read(file))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "node.yaml:2: unknown setting 'memory.max-bites'; did you mean"
                            + " 'memory.max-bytes'?");
        assertThatThrownBy(() ->
                        Configuration.read(
                                Optional.empty(), Map.of("GOSSAMER_NOD_NAME", "x"), Map.of()))
                .hasMessageContaining("did you mean 'GOSSAMER_NODE_NAME'?");
    }

    /** One that is missing in the list would be refused as unknown. */
    @Test
    void whateverIsASettingCanBeSaid() throws IllegalAccessException {
        List<Setting<?>> declared = new ArrayList<>();
        for (Class<?> place : PLACES) {
            for (Field field : place.getDeclaredFields()) {
                if (field.getType() == Setting.class) {
                    declared.add((Setting<?>) field.get(null));
                }
            }
        }
        assertThat(declared).hasSizeGreaterThan(80).contains(StorageSettings.INDEX_BYTES_MAX);
        List<Setting<?>> known = new ArrayList<>(Settings.ALL);
        known.addAll(Settings.OF_CACHES);
        assertThat(known).containsExactlyInAnyOrderElementsOf(declared);
    }

    @Test
    void theDefaultOfEverySettingIsTakenWhenAFileSaysIt() throws IOException {
        for (Setting<?> setting : Settings.ALL) {
            checkThatAFileMaySay(setting);
        }
    }

    private void checkThatAFileMaySay(Setting<?> setting) throws IOException {
        String[] name = setting.name().split("\\.", 2);
        Path file = write("%s: {%s: \"%s\"}\n".formatted(name[0], name[1], setting.defaultText()));
        Configuration configuration = read(file);
        assertThat(configuration.says(setting)).as(setting.name()).isTrue();
        assertThat(configuration.get(setting)).isEqualTo(read(write("")).get(setting));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "memory.max-bytes | lots     | 'lots' is not a size",
                "memory.max-bytes | 12       | outside",
                "mesh.replication | 0        | outside [1, 16]",
                "mesh.replication | two      | not a whole number",
                "mesh.request-timeout | 5    | not a time",
                "mesh.request-timeout | 0.0001ms | outside",
                "security.mode    | shut     | not one of: closed, open"
            })
    void anImpossibleValueIsRefusedWithWhatWouldBeRight(String name, String text, String problem) {
        Configuration configuration =
                Configuration.read(Optional.empty(), Map.of(), Map.of(name, text));
        Setting<?> setting =
                Settings.ALL.stream()
                        .filter(one -> one.name().equals(name))
                        .findFirst()
                        .orElseThrow();
        assertThatThrownBy(() -> configuration.get(setting))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(name)
                .hasMessageContaining(problem);
    }

    @Test
    void everyDefaultIsAValueThatItsOwnReaderTakes() {
        Configuration defaults = Configuration.read(Optional.empty(), Map.of(), Map.of());
        assertThat(Settings.ALL)
                .allSatisfy(setting -> assertThat(defaults.get(setting)).isNotNull());
    }

    @Test
    void aCacheTakesItsOwnSettingsAndTheDefaultOneStandsFirst() throws IOException {
        Path file =
                write(
                        "mesh: {replication: 3}\n"
                            + "caches:\n"
                            + "  users: {ttl: 10m, replication: 2, acks: primary, partition:"
                            + " consistent}\n"
                            + "  default: {entry-bytes-max: 1MiB}\n");
        assertThat(CacheReader.read(read(file)))
                .containsExactly(
                        new CacheSettings(
                                "default",
                                Optional.empty(),
                                1 << 20,
                                3,
                                Acks.ALL,
                                Partition.AVAILABLE),
                        new CacheSettings(
                                "users",
                                Optional.of(Duration.ofMinutes(10)),
                                16 << 20,
                                2,
                                Acks.PRIMARY,
                                Partition.CONSISTENT));
    }

    @Test
    void onANodeWithAnSsdACacheWritesThroughUnlessItSaysOtherwise() throws IOException {
        Path file =
                write(
                        """
                        disk: {bytes-max: 1GiB}
                        caches:
                          a: {disk: on-eviction, disk-compression: zstd, disk-bytes-max: 1MiB}
                          b: {disk-entry-bytes-max: 64KiB, disk-ttl-min: 5s, disk-compression: none}
                          c: {disk: never}
                        """);
        assertThat(CacheReader.read(read(file)))
                .extracting(CacheSettings::disk)
                .containsExactly(
                        new DiskRules(
                                Policy.WRITE_THROUGH,
                                Compression.LZ4,
                                0,
                                Long.MAX_VALUE,
                                Duration.ZERO),
                        new DiskRules(
                                Policy.ON_EVICTION,
                                Compression.ZSTD,
                                1 << 20,
                                Long.MAX_VALUE,
                                Duration.ofMinutes(1)),
                        new DiskRules(
                                Policy.WRITE_THROUGH,
                                Compression.NONE,
                                0,
                                64 << 10,
                                Duration.ofSeconds(5)),
                        DiskRules.NEVER);
    }

    @Test
    void whatACacheWantsOfAnSsdIsRefusedWhereNobodySpokeOfOne() throws IOException {
        String cache = "caches:\n  users: {disk: on-eviction}\n";
        assertThatThrownBy(() -> CacheReader.read(read(write(cache))))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "node.yaml:2: caches.users.disk: this node has no SSD tier; give it one"
                            + " with disk.bytes-max, or say disk.bytes-max: 0 to mean that");
        Path off = write("disk: {bytes-max: 0}\n" + cache);
        assertThat(CacheReader.read(read(off)))
                .extracting(CacheSettings::disk)
                .containsOnly(DiskRules.NEVER);
    }

    @Test
    void aCacheWithMoreCopiesThanTheMeshIsRefused() throws IOException {
        Path file = write("caches: {users: {replication: 5}}\n");
        assertThatThrownBy(() -> CacheReader.read(read(file)))
                .hasMessage(
                        "caches.users.replication is 5, more than mesh.replication, which is 2");
    }

    @Test
    void anUnknownSettingOfACacheIsRefused() throws IOException {
        Path file = write("caches:\n  users:\n    tlt: 5s\n");
        assertThatThrownBy(() -> read(file))
                .hasMessage(
                        "node.yaml:3: unknown setting 'caches.users.tlt'; a cache has: ttl,"
                            + " entry-bytes-max, replication, acks, partition, freshness, disk,"
                            + " disk-compression, disk-bytes-max, disk-entry-bytes-max,"
                            + " disk-ttl-min");
    }

    @Test
    void aSettingThatIsGivenTwiceIsRefused() throws IOException {
        Path file = write("node.name: a\nnode: {name: b}\n");
        assertThatThrownBy(() -> read(file))
                .hasMessageContaining("node.name was already set at node.yaml:1");
    }

    @Test
    void aSecretIsNotShown() {
        Configuration configuration =
                Configuration.read(
                        Optional.empty(),
                        Map.of("GOSSAMER_SECURITY_PASSWORD", "hush, a secret"),
                        Map.of());
        assertThat(configuration.effective())
                .extracting(Configuration.Effective::value)
                .doesNotContain("hush, a secret");
        assertThat(configuration.get(Settings.SECURITY_PASSWORD)).contains("hush, a secret");
    }

    private static Configuration read(Path file) {
        return Configuration.read(Optional.of(file), Map.of(), Map.of());
    }

    private Path write(String yaml) throws IOException {
        return Files.writeString(folder.resolve("node.yaml"), yaml);
    }
}
