/**
 * The fault campaign: real members, real faults, recorded calls, and checks of what contract.md
 * promises.
 */
@NullMarked
package dev.gossamer.node.cli.chaos;

import org.jspecify.annotations.NullMarked;
