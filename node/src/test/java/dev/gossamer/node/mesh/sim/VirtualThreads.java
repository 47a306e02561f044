package dev.gossamer.node.mesh.sim;

import java.lang.reflect.Method;
import java.util.concurrent.Executor;

/**
 * Virtual threads whose steps run where the simulation says. Code that waits (a join, a lock) reads
 * top to bottom, and still everything happens on the simulation's one thread. The JDK keeps the
 * factory to itself, so the tests run with {@code --add-opens java.base/java.lang=ALL-UNNAMED}.
 *
 * <p>A virtual thread that finds a monitor taken leaves its carrier and gets in line for it (JEP
 * 491). Where two simulations share one, inside the JDK say, the line may be headed by a virtual
 * thread whose carrier stands behind it: neither goes on. With {@code -XX:LockingMode=1} a virtual
 * thread waits for a monitor on its carrier.
 */
final class VirtualThreads {
    private static final Method FACTORY = factory();

    private VirtualThreads() {}

    private static Method factory() {
        try {
            Method method =
                    Class.forName("java.lang.ThreadBuilders")
                            .getDeclaredMethod(
                                    "newVirtualThread",
                                    Executor.class,
                                    String.class,
                                    int.class,
                                    Runnable.class);
            method.setAccessible(true);
            NoLog.begin();
            return method;
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new IllegalStateException(
                    "run the simulator with --add-opens java.base/java.lang=ALL-UNNAMED", e);
        }
    }

    /**
     * @param steps runs each stretch from one wait to the next; never at once
     */
    static void start(String name, Executor steps, Runnable task) {
        try {
            ((Thread) FACTORY.invoke(null, steps, NoLog.SIMULATED + name, 0, task)).start();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a virtual thread could not be made", e);
        }
    }
}
