package dev.gossamer.node.config;

/**
 * A setting's text as somebody wrote it.
 *
 * @param text scalars as they stand; lists joined by commas
 * @param source {@code default}, {@code file.yaml:12}, {@code environment GOSSAMER_…} or {@code
 *     flag --…}
 */
record RawValue(String text, String source) {}
