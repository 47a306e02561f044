/** Which faults a campaign injects, and when: a pure function of its seed. */
@NullMarked
package dev.gossamer.node.cli.chaos.fault;

import org.jspecify.annotations.NullMarked;
