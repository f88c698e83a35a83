// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;
import weir.ebpf.classic.ClassicInstruction;

/**
 * A pair of datagram sockets with a classic filter at the receiving one, {@code SO_ATTACH_FILTER}: the kernel runs the
 * filter on each datagram, and cuts it to what the filter returns.
 */
final class SocketFilter implements AutoCloseable {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_ATTACH_FILTER = 26;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int INSTRUCTION_BYTES = 8;
    private static final int PROGRAM_BYTES = 16;
    private static final int LONGEST_BYTES = 4096;

    private static final MethodHandle SOCKETPAIR =
            link("socketpair", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle SETSOCKOPT =
            link("setsockopt", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle SEND =
            link("send", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle RECV =
            link("recv", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle CLOSE = link("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer = arena.allocate(LONGEST_BYTES);
    private final int sender;
    private final int receiver;
    private boolean isAttached;

    SocketFilter() throws Throwable {
        MemorySegment pair = arena.allocate(JAVA_INT, 2);
        if ((int) SOCKETPAIR.invokeExact(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0, pair) != 0) {
            throw new IllegalStateException("socketpair fails");
        }
        sender = pair.getAtIndex(JAVA_INT, 0);
        receiver = pair.getAtIndex(JAVA_INT, 1);
    }

    /** Attaches a filter in place of the one before; false when the kernel refuses it. */
    boolean attach(List<ClassicInstruction> filter) throws Throwable {
        try (Arena call = Arena.ofConfined()) {
            MemorySegment code = call.allocate((long) filter.size() * INSTRUCTION_BYTES, INSTRUCTION_BYTES);
            for (int i = 0; i < filter.size(); i++) {
                ClassicInstruction each = filter.get(i);
                MemorySegment at = code.asSlice((long) i * INSTRUCTION_BYTES, INSTRUCTION_BYTES);
                at.set(JAVA_SHORT, 0, (short) each.code());
                at.set(JAVA_BYTE, 2, (byte) each.jt());
                at.set(JAVA_BYTE, 3, (byte) each.jf());
                at.set(JAVA_INT, 4, each.k());
            }
            MemorySegment program = call.allocate(PROGRAM_BYTES, INSTRUCTION_BYTES);
            program.set(JAVA_SHORT, 0, (short) filter.size());
            program.set(ADDRESS, INSTRUCTION_BYTES, code);
            boolean taken =
                    (int) SETSOCKOPT.invokeExact(receiver, SOL_SOCKET, SO_ATTACH_FILTER, program, PROGRAM_BYTES) == 0;
            if (taken && isAttached) {
                FreedPrograms.closed();
            }
            isAttached |= taken;
            return taken;
        }
    }

    /** Bytes of a datagram that the filter lets through; 0 for none. */
    int passed(byte[] frame) throws Throwable {
        MemorySegment.copy(frame, 0, buffer, JAVA_BYTE, 0, frame.length);
        long sent = (long) SEND.invokeExact(sender, buffer, (long) frame.length, MSG_DONTWAIT);
        if (sent != frame.length) {
            throw new IllegalStateException("send of " + frame.length + " bytes gives " + sent);
        }
        long got = (long) RECV.invokeExact(receiver, buffer, (long) LONGEST_BYTES, MSG_DONTWAIT);
        return (int) Math.max(0, got);
    }

    @Override
    public void close() {
        try {
            int closed = (int) CLOSE.invokeExact(sender) | (int) CLOSE.invokeExact(receiver);
            if (closed != 0) {
                throw new IllegalStateException("close fails");
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError("downcall failed inside the JVM", t);
        }
        arena.close();
        FreedPrograms.closed();
    }

    @SuppressWarnings("restricted")
    private static MethodHandle link(String name, FunctionDescriptor descriptor) {
        // SAFETY: descriptors after the manual pages of the calls named; all memory lives during the call.
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
    }
}
