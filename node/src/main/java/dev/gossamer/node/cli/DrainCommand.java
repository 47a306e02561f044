package dev.gossamer.node.cli;

import dev.gossamer.node.cli.admin.AdminApi;
import dev.gossamer.node.cli.admin.Json;
import dev.gossamer.node.cli.admin.JsonObject;
import dev.gossamer.node.cli.terminal.CliException;
import dev.gossamer.node.cli.terminal.Figures;
import dev.gossamer.node.cli.terminal.Terminal;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code gossamer drain}: a member hands its slots over, and can then be stopped at leisure. */
@Command(
        name = "drain",
        description = "Make a member hand its slots over, and wait until it owns nothing.",
        footer = {
            "",
            "It goes on answering, with the others' help, but is not ready any more: load balancers",
            "move on. It stays so until it is restarted. A member that gets SIGTERM drains by itself,",
            "unless it is expected back with its SSD (node.return-within).",
            "",
            "The JSON of --json: {member: {id, name, zone}, state, slotsOwned, slotsToCopy,",
            "bytesToCopy, leftMs}",
            "",
            "Examples:",
            "  gossamer drain --member node-1                   of the mesh of ./.gossamer",
            "  gossamer drain --admin http://10.0.0.1:7579      the node that listens there"
        })
final class DrainCommand implements Callable<Integer> {
    private static final String PATH = "/api/v1/members/self/drain";
    private static final long LOOK_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long PLAIN_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(5);

    @ParentCommand private @Nullable GossamerCommand root;

    @Option(
            names = "--member",
            paramLabel = "NAME",
            description = "Which member (default: the one at --admin).")
    private @Nullable String member;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "10m",
            description =
                    "How long to wait (default: ${DEFAULT-VALUE}); the member goes on after that.")
    private Span timeout = new Span(Duration.ofMinutes(10));

    @Option(names = "--json", description = "Print the end state as JSON.")
    private boolean json;

    @Override
    public Integer call() {
        GossamerCommand command = Commands.rootOf(root);
        Terminal terminal = command.terminal();
        long begin = System.nanoTime();
        JsonObject end = drained(api(command.whereabouts()), terminal);
        terminal.clearStatus();
        if (json) {
            terminal.line(Json.text(end.fields()));
        } else {
            Duration elapsed = Duration.ofNanos(System.nanoTime() - begin);
            terminal.line(
                    nameOf(end)
                            + " owns nothing any more, after "
                            + Figures.elapsed(elapsed)
                            + "; it can be stopped.");
        }
        return 0;
    }

    private AdminApi api(Whereabouts whereabouts) {
        String name = member;
        if (name != null) {
            return whereabouts.member(name);
        }
        if (whereabouts.admin().isEmpty()) {
            throw new CliException(
                    "say which member, with --member NAME, or where it is, with --admin URL");
        }
        return whereabouts.reach().api();
    }

    private JsonObject drained(AdminApi api, Terminal terminal) {
        long endNanos = System.nanoTime() + timeout.duration().toNanos();
        long shownNanos = System.nanoTime();
        try {
            JsonObject state = api.post(PATH);
            while (!state.text("state").equals("drained")) {
                if (System.nanoTime() > endNanos) {
                    throw new CliException(
                            "not done in time, it goes on: "
                                    + words(state)
                                    + "; ask again to wait");
                }
                terminal.status(words(state));
                if (!terminal.live() && System.nanoTime() - shownNanos > PLAIN_INTERVAL_NANOS) {
                    shownNanos = System.nanoTime();
                    terminal.note(words(state));
                }
                LockSupport.parkNanos(LOOK_INTERVAL_NANOS);
                state = api.post(PATH);
            }
            return state;
        } catch (IOException e) {
            throw new CliException("the member does not drain: " + e.getMessage(), e);
        }
    }

    private static String nameOf(JsonObject state) {
        return state.object("member").text("name");
    }

    /** How far it has come, in one line. */
    static String words(JsonObject state) {
        return nameOf(state)
                + " hands over: "
                + Figures.count(state.number("slotsOwned"))
                + " slots here yet; others copy "
                + Figures.count(state.number("slotsToCopy"))
                + " slots, "
                + Figures.bytes(state.number("bytesToCopy"))
                + ", about "
                + Figures.elapsed(Duration.ofMillis(state.number("leftMs")))
                + " to go";
    }
}
