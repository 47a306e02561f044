/** The event loops and the transport they run on: io_uring, epoll or NIO. */
@NullMarked
package dev.gossamer.node.net;

import org.jspecify.annotations.NullMarked;
