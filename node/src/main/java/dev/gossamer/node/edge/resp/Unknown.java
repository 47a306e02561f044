package dev.gossamer.node.edge.resp;

import dev.gossamer.protocol.resp.Request;

/** The error for a command that does not exist, word for word as Redis puts it. */
final class Unknown {
    private static final int SHOWN_MAX = 128;

    private Unknown() {}

    static String line(Request request) {
        StringBuilder args = new StringBuilder();
        for (int i = 1; i < request.count() && args.length() < SHOWN_MAX; i++) {
            args.append('\'').append(shown(request, i, SHOWN_MAX - args.length())).append("' ");
        }
        return "ERR unknown command '"
                + shown(request, 0, SHOWN_MAX)
                + "', with args beginning with: "
                + args;
    }

    private static String shown(Request request, int i, int max) {
        String text = request.text(i);
        return text.length() > max ? text.substring(0, max) : text;
    }
}
