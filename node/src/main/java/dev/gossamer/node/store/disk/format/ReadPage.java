package dev.gossamer.node.store.disk.format;

/**
 * What was found where the first page of a file was looked for. In every version of the format, a
 * page starts with eight bytes that name the kind of file and four of the version, and ends in four
 * of a checksum over all before; so a version that is told here is one that somebody wrote.
 */
public sealed interface ReadPage<T> {
    /** A page of the version that this release knows. */
    record Whole<T>(T content) implements ReadPage<T> {}

    /** No page of this kind, or one whose checksum does not hold. */
    record Damaged<T>(String why) implements ReadPage<T> {}

    /** A good page, of another version than {@value DiskFormat#VERSION}. */
    record OtherVersion<T>(int version) implements ReadPage<T> {}
}
