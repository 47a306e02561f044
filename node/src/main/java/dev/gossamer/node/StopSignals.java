package dev.gossamer.node;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGTERM and SIGINT as they come. A shutdown hook hears of the first only, and a node that hands
 * its slots over must be told when it is to go at once. The JDK has no supported class for it; what
 * it has since Java 1.2 is looked up by name, for the compiler would warn of it.
 */
final class StopSignals {
    private static final Logger LOG = LoggerFactory.getLogger(StopSignals.class);

    private StopSignals() {}

    /**
     * @param heard called for each signal, on a thread of its own
     * @return false when this JVM does not tell: it ends by its shutdown hooks then, as ever
     */
    static boolean listen(Runnable heard) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            InvocationHandler told =
                    (proxy, method, arguments) ->
                            switch (method.getName()) {
                                case "handle" -> {
                                    LOG.info("told to stop by {}", arguments[0]);
                                    Thread.ofPlatform().name("gossamer-stop").start(heard);
                                    yield null;
                                }
                                case "equals" -> false; // nobody compares it
                                case "hashCode" -> System.identityHashCode(proxy);
                                default -> "what a node does when it is told to stop";
                            };
            Object listener =
                    Proxy.newProxyInstance(
                            StopSignals.class.getClassLoader(), new Class<?>[] {handler}, told);
            for (String name : List.of("TERM", "INT")) {
                signal.getMethod("handle", signal, handler)
                        .invoke(
                                null,
                                signal.getConstructor(String.class).newInstance(name),
                                listener);
            }
            return true;
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.warn("this JVM tells of no signals; a second SIGTERM will not be heard", e);
            return false;
        }
    }
}
