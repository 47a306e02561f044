package dev.gossamer.node.edge.resp;

import java.util.ArrayList;
import java.util.List;

/** All commands of both ports. */
final class Commands {
    private Commands() {}

    static CommandTable table() {
        List<Command> all = new ArrayList<>();
        all.addAll(StringCommands.plain());
        all.addAll(StringCommands.compound());
        all.addAll(NumberCommands.parts());
        all.addAll(NumberCommands.numbers());
        all.addAll(KeyCommands.all());
        all.addAll(ExpiryCommands.all());
        all.addAll(WalkCommands.all());
        all.addAll(ConnectionCommands.handshake());
        all.addAll(ConnectionCommands.session());
        all.addAll(ClientCommands.all());
        all.addAll(ServerCommands.all());
        all.addAll(CommandCommands.all());
        all.addAll(ClusterCommands.all());
        all.addAll(GsmCommands.all());
        all.addAll(ExplainCommands.all());
        all.addAll(NearCommands.all());
        all.addAll(AuditCommands.all());
        all.addAll(LeaseCommands.all());
        all.addAll(FreshnessCommands.all());
        all.addAll(InvalidationCommands.all());
        return new CommandTable(all);
    }
}
