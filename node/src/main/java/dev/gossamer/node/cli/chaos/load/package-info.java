/** The clients of a campaign, and how well they were served. */
@NullMarked
package dev.gossamer.node.cli.chaos.load;

import org.jspecify.annotations.NullMarked;
