package dev.gossamer.node.store.disk.io;

import java.util.List;

/** How the JDK says that there is no room: in the words of the C library or of Windows alone. */
public final class Fullness {
    private static final List<String> WORDS =
            List.of(
                    "No space left on device",
                    "Disk quota exceeded",
                    "File too large",
                    "not enough space on the disk");

    private Fullness() {}

    /** Whether it says that there is no room. */
    public static boolean isToldBy(Exception e) {
        if (e instanceof DiskException.Full) {
            return true;
        }
        String message = e.getMessage();
        return message != null && WORDS.stream().anyMatch(message::contains);
    }
}
