package dev.gossamer.node.store.disk;

import java.io.IOException;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;

/**
 * What the tier is made of, put together.
 *
 * @param found what was in the folder
 * @param durable what of the changes is on the device
 */
record Parts(
        DiskSettings settings,
        LogFolder folder,
        LogFolder.Found found,
        DiskIndex index,
        Frames frames,
        Staging staging,
        Shelf shelf,
        Intents intents,
        DiskCaches caches,
        Room room,
        LogWriter writer,
        DiskReader reader,
        Pinner pinner,
        Lookup lookup,
        Milestones durable,
        WriterCounts writerCounts,
        ReaderCounts readerCounts,
        Health health,
        Breaker breaker,
        DiskWatches watches,
        LongSupplier wallMillis) {

    /**
     * @throws IOException when the folder cannot be used
     */
    static Parts open(DiskSettings settings, Around around) throws IOException {
        Frames frames = new Frames(settings.frames(), settings.segmentBytes());
        DiskIndex index = new DiskIndex(around.caches(), around.accounts(), frames);
        DiskWatches watches = DiskWatches.of(settings, around);
        LogFolder folder = new LogFolder(settings, around, frames, watches.writer());
        LogFolder.Found found = folder.open();
        Intents intents = Intents.open(settings.folder());
        Staging staging = new Staging(settings.stagingBytesMax());
        Breaker breaker = new Breaker();
        Weakest weakest =
                new Weakest(
                        index,
                        new Popularity(settings.bytesMax(), settings.indexBytesMax()),
                        new SplittableRandom(around.random().nextLong()));
        Shelf shelf =
                new Shelf(
                        index,
                        staging,
                        intents,
                        around.caches(),
                        weakest,
                        around.wallMillis(),
                        breaker,
                        settings);
        Health health = new Health(around.nanoClock(), breaker);
        ReaderCounts readerCounts = new ReaderCounts();
        DiskReader reader = DiskReader.of(frames, settings.io(), readerCounts, around.aside());
        Pinner pinner = Pinner.of(frames, settings.io(), around);
        Lookup lookup = new Lookup(index, shelf, staging, reader, pinner, health, watches, around);
        Milestones durable = new Milestones();
        WriterCounts counts = new WriterCounts();
        Reclaimer reclaimer =
                new Reclaimer(folder, frames, index, shelf, weakest, counts, watches, around);
        Room room = new Room(frames, folder, reclaimer, settings, around.nanoClock());
        LogWriter writer =
                new LogWriter(
                        folder, index, staging, intents, durable, reclaimer, room, counts, watches,
                        settings, around);
        return new Parts(
                settings,
                folder,
                found,
                index,
                frames,
                staging,
                shelf,
                intents,
                around.caches(),
                room,
                writer,
                reader,
                pinner,
                lookup,
                durable,
                counts,
                readerCounts,
                health,
                breaker,
                watches,
                around.wallMillis());
    }
}
