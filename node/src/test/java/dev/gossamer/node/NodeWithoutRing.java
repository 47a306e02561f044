package dev.gossamer.node;

import dev.gossamer.node.cli.GossamerCommand;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The command line under a filter that forbids io_uring to this process, as container runtimes do
 * by default: its three calls end with EPERM, and everything else is allowed.
 *
 * <p><b>Sources.</b> seccomp(2), prctl(2); the kernel's seccomp_filter.rst. The numbers of the
 * io_uring calls are the same on all processors.
 */
// Every call here is restricted by nature.
@SuppressWarnings("restricted")
final class NodeWithoutRing {
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int PR_SET_SECCOMP = 22;
    private static final long MODE_FILTER = 2;

    private static final int IO_URING_SETUP = 425;
    private static final int IO_URING_REGISTER = 427;

    private static final short LOAD_WORD = 0x20;
    private static final short JUMP_IF_GREATER_OR_EQUAL = 0x35;
    private static final short JUMP_IF_GREATER = 0x25;
    private static final short RETURN = 0x06;
    private static final int ALLOW = 0x7fff0000;
    private static final int EPERM = 0x00050000 | 1;

    private static final int INSTRUCTION_BYTES = 8;

    private NodeWithoutRing() {}

    /** As {@link GossamerCommand#main}; a thread has its filter from the one that starts it. */
    public static void main(String[] arguments) throws Throwable {
        Thread main = Thread.ofPlatform().name("main").unstarted(() -> run(arguments));
        main.start();
        main.join();
    }

    private static void run(String[] arguments) {
        try {
            forbidRing();
        } catch (Throwable e) {
            throw new IllegalStateException("no filter could be set", e);
        }
        GossamerCommand.main(arguments);
    }

    private static void forbidRing() throws Throwable {
        Linker linker = Linker.nativeLinker();
        ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
        MethodHandle prctl =
                linker.downcallHandle(
                        linker.defaultLookup().findOrThrow("prctl"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, word, word, word, word),
                        Linker.Option.firstVariadicArg(1));
        try (Arena arena = Arena.ofConfined()) {
            int first = (int) prctl.invokeExact(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L);
            long program = program(arena).address();
            int second = (int) prctl.invokeExact(PR_SET_SECCOMP, MODE_FILTER, program, 0L, 0L);
            if (first != 0 || second != 0) {
                throw new IllegalStateException("prctl: " + first + ", " + second);
            }
        }
    }

    /** A sock_fprog: how many instructions, and where they are. */
    private static MemorySegment program(Arena arena) {
        MemorySegment code = arena.allocate(5L * INSTRUCTION_BYTES, INSTRUCTION_BYTES);
        put(code, 0, LOAD_WORD, 0, 0, 0); // the call's number is the first word of seccomp_data
        put(code, 1, JUMP_IF_GREATER_OR_EQUAL, 0, 2, IO_URING_SETUP);
        put(code, 2, JUMP_IF_GREATER, 1, 0, IO_URING_REGISTER);
        put(code, 3, RETURN, 0, 0, EPERM);
        put(code, 4, RETURN, 0, 0, ALLOW);
        MemorySegment program = arena.allocate(16, 8);
        program.set(ValueLayout.JAVA_SHORT, 0, (short) 5);
        program.set(ValueLayout.ADDRESS, 8, code);
        return program;
    }

    private static void put(
            MemorySegment code, int at, int operation, int ifTrue, int ifFalse, int operand) {
        long offset = (long) at * INSTRUCTION_BYTES;
        code.set(ValueLayout.JAVA_SHORT, offset, (short) operation);
        code.set(ValueLayout.JAVA_BYTE, offset + 2, (byte) ifTrue);
        code.set(ValueLayout.JAVA_BYTE, offset + 3, (byte) ifFalse);
        code.set(ValueLayout.JAVA_INT, offset + 4, operand);
    }
}
