package dev.gossamer.node.store.disk.io;

import java.nio.file.Path;

/**
 * Faults for nodes that run as processes: {@code -D}{@value #PROPERTY}{@code =FILE} names a file
 * with one {@link Fault#parse rule} a line, which may be there or not and is read again when
 * another was moved into its place. Without the property nothing is put in between.
 */
public final class FaultsFromFile implements BackendWrap {
    public static final String PROPERTY = "gossamer.test.disk.faults";
    private static final long SEED = 1;

    @Override
    public Backend around(Backend backend) {
        String file = System.getProperty(PROPERTY);
        return file == null
                ? backend
                : new FaultyBackend(backend, Faults.watching(Path.of(file), SEED));
    }
}
