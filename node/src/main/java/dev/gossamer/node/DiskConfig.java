package dev.gossamer.node;

import dev.gossamer.node.config.ConfigException;
import dev.gossamer.node.config.Configuration;
import dev.gossamer.node.config.Setting;
import dev.gossamer.node.config.Settings;
import dev.gossamer.node.config.StorageSettings;
import dev.gossamer.node.store.disk.DiskSettings;
import dev.gossamer.node.store.disk.io.IoSettings;
import java.nio.file.Path;
import java.util.Optional;

/** What a node is told of its SSD. */
final class DiskConfig {
    private static final int PAGE_BYTES = 4096;

    private DiskConfig() {}

    /**
     * Nothing where the node has no SSD tier.
     *
     * @throws ConfigException when a value is impossible, two contradict each other, or something
     *     is said of an SSD that is not there
     */
    static Optional<DiskSettings> read(Configuration configuration) {
        long bytesMax = configuration.get(StorageSettings.BYTES_MAX);
        if (bytesMax == 0) {
            refuseWithout(configuration);
            return Optional.empty();
        }
        int segmentBytes = configuration.get(StorageSettings.SEGMENT_BYTES);
        if (segmentBytes % PAGE_BYTES != 0) {
            throw configuration.refused(
                    StorageSettings.SEGMENT_BYTES,
                    segmentBytes + " B is not a multiple of 4KiB; say 64MiB, for example");
        }
        if (bytesMax < DiskSettings.bytesMin(segmentBytes)) {
            throw configuration.refused(
                    StorageSettings.BYTES_MAX,
                    bytesMax
                            + " B is too small for segments of "
                            + segmentBytes
                            + " B; say at least "
                            + DiskSettings.bytesMin(segmentBytes)
                            + "B, or smaller disk.segment-bytes");
        }
        return Optional.of(
                new DiskSettings(
                        folder(configuration),
                        bytesMax,
                        segmentBytes,
                        configuration.get(StorageSettings.STAGING_BYTES_MAX),
                        configuration.get(StorageSettings.INDEX_BYTES_MAX),
                        configuration.get(StorageSettings.FSYNC),
                        configuration.get(StorageSettings.READ_TIMEOUT),
                        configuration.get(StorageSettings.PROBE_INTERVAL),
                        configuration.get(StorageSettings.BACKEND).forced(),
                        new IoSettings(
                                configuration.get(StorageSettings.IO_DEPTH),
                                configuration.get(StorageSettings.IO_PENDING_BYTES_MAX),
                                configuration.get(StorageSettings.DIRECT),
                                configuration.get(StorageSettings.PINNED_BYTES)),
                        configuration.get(StorageSettings.OLDER_FORMAT)));
    }

    /** A folder of its own: what the tier does not know there, it removes. */
    private static Path folder(Configuration configuration) {
        Path data = configuration.get(Settings.NODE_DATA_DIR).toAbsolutePath().normalize();
        Path folder = data.resolve(configuration.get(StorageSettings.DIR)).normalize();
        if (data.startsWith(folder)) {
            throw configuration.refused(
                    StorageSettings.DIR,
                    folder + " holds node.data-dir; say a folder of its own, such as disk");
        }
        return folder;
    }

    /** An SSD that was left out is a mistake; one that was switched off is not. */
    private static void refuseWithout(Configuration configuration) {
        for (Setting<?> setting : StorageSettings.OF_DISK) {
            if (!configuration.says(StorageSettings.BYTES_MAX) && configuration.says(setting)) {
                throw configuration.refused(
                        setting,
                        "this node has no SSD tier; give it one with disk.bytes-max, or say"
                                + " disk.bytes-max: 0 to mean that");
            }
            configuration.check(setting);
        }
    }
}
