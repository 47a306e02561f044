package dev.gossamer.membership.jgroups;

import org.jgroups.logging.CustomLogFactory;
import org.jgroups.logging.Log;
import org.jgroups.logging.LogFactory;
import org.jgroups.logging.Slf4jLogImpl;

/**
 * Sends what JGroups logs to SLF4J, one level lower where it is chatty: its INFO tells of every
 * address and every discovery, which an operator of a cache does not need.
 */
final class QuietLogs implements CustomLogFactory {

    static void install() {
        LogFactory.setCustomLogFactory(new QuietLogs());
    }

    @Override
    public Log getLog(Class<?> type) {
        return new Quiet(type.getName());
    }

    @Override
    public Log getLog(String category) {
        return new Quiet(category);
    }

    private static final class Quiet extends Slf4jLogImpl {
        Quiet(String category) {
            super(category);
        }

        @Override
        public boolean isInfoEnabled() {
            return isDebugEnabled();
        }

        @Override
        public void info(String message) {
            debug(message);
        }

        @Override
        public void info(String format, Object... arguments) {
            debug(format, arguments);
        }
    }
}
