package dev.gossamer.node.store.disk.format;

/** What was found where a record's head was looked for: the head, or why there is none. */
public sealed interface ReadHead permits RecordHead, Flaw {}
