/**
 * Settings: one YAML file, overridden by environment, overridden by flags; parsed once into
 * records.
 */
@NullMarked
package dev.gossamer.node.config;

import org.jspecify.annotations.NullMarked;
