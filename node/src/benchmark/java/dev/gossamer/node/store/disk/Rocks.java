package dev.gossamer.node.store.disk;

import java.nio.file.Path;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.CompressionType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteOptions;

/**
 * The same objects in RocksDB: its defaults, without compression, for the values are noise, and
 * with a block cache in which all of them have room.
 */
final class Rocks implements AutoCloseable {
    private final LRUCache cache;
    private final Options options;
    private final RocksDB db;

    Rocks(Path folder, Objects4k objects) throws RocksDBException {
        RocksDB.loadLibrary();
        cache = new LRUCache(2L * objects.bytes() + (64L << 20));
        options =
                new Options()
                        .setCreateIfMissing(true)
                        .setCompressionType(CompressionType.NO_COMPRESSION)
                        .setTableFormatConfig(new BlockBasedTableConfig().setBlockCache(cache));
        db = RocksDB.open(options, folder.toString());
        try (WriteOptions write = new WriteOptions().setDisableWAL(true)) {
            for (int i = 0; i < objects.count(); i++) {
                db.put(write, objects.key(i), objects.value(i));
            }
        }
        db.compactRange();
    }

    byte[] get(byte[] key) throws RocksDBException {
        return db.get(key);
    }

    /** The same into an array that is there, as far as it has room. */
    void get(byte[] key, byte[] value) throws RocksDBException {
        if (db.get(key, value) == RocksDB.NOT_FOUND) {
            throw new IllegalStateException("a key is not there");
        }
    }

    @Override
    public void close() {
        db.close();
        options.close();
        cache.close();
    }
}
