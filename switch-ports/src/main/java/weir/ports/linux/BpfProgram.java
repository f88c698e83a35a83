// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A program loaded into the kernel, as a file descriptor. Needs CAP_BPF, and CAP_NET_ADMIN for XDP.
 *
 * <p>Not for loads by the thousand: on Linux 6.18 many programs that are closed quickly on one CPU can
 * stop the kernel from loading any more (ADR 0011). Any thread; the owner closes.
 */
public final class BpfProgram implements AutoCloseable {
    /** {@code BPF_PROG_TYPE_XDP}. */
    public static final int XDP = 6;

    /** {@code BPF_XDP}, the expected attach type of programs that {@link BpfLink} attaches. */
    public static final int ATTACH_XDP = 37;

    /** Bytes of one instruction; a load of 64 bits takes two. */
    public static final int INSTRUCTION_BYTES = 8;

    private static final int LOG_BYTES = 1 << 20;
    private static final int LOG_VERBOSE = 1;
    private static final int LOADS_WHILE_BUSY = 5;

    // union bpf_attr, BPF_PROG_LOAD
    private static final long TYPE = 0;
    private static final long COUNT = 4;
    private static final long INSTRUCTIONS = 8;
    private static final long LICENSE = 16;
    private static final long LOG_LEVEL = 24;
    private static final long LOG_SIZE = 28;
    private static final long LOG_BUFFER = 32;
    private static final long LOAD_FLAGS = 44;
    private static final long NAME = 48;
    private static final long ATTACH_TYPE = 68;
    // BPF_PROG_TEST_RUN
    private static final long RUN_FD = 0;
    private static final long RUN_RESULT = 4;
    private static final long RUN_IN_BYTES = 8;
    private static final long RUN_OUT_BYTES = 12;
    private static final long RUN_IN = 16;
    private static final long RUN_OUT = 24;
    private static final long RUN_REPEAT = 32;
    private static final long RUN_NANOS = 36;

    private final Fd fd;
    private final String name;

    private BpfProgram(Fd fd, String name) {
        this.fd = fd;
        this.name = name;
    }

    /**
     * What to load.
     *
     * @param type {@code enum bpf_prog_type}
     * @param instructions off-heap, {@link #INSTRUCTION_BYTES} each, map references as descriptors
     * @param license {@code GPL} where helpers ask for it
     * @param flags {@code BPF_F_*} of program loading
     * @param attachType {@code enum bpf_attach_type} that it will be attached as, 0 where there is none
     * @param name shown by tools; the kernel keeps 15 characters
     */
    public record Spec(int type, MemorySegment instructions, String license, int flags, int attachType, String name) {}

    /**
     * What a test run gave.
     *
     * @param result the program's return value
     * @param outBytes length of the packet afterwards
     * @param nanos mean duration of one run
     */
    public record TestRun(int result, int outBytes, int nanos) {}

    /**
     * Verifies and loads a program.
     *
     * @throws LinuxException EINVAL or EACCES with the last line of the verifier's log when it is refused
     */
    public static BpfProgram load(Spec spec) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            try {
                return new BpfProgram(new Fd(loadPatiently(spec, arena)), spec.name());
            } catch (LinuxException refused) {
                throw explained(spec, arena, refused);
            }
        }
    }

    /** The verifier gives up with EAGAIN when a signal is pending. */
    private static int loadPatiently(Spec spec, Arena arena) throws LinuxException {
        for (int attempt = 1; ; attempt++) {
            try {
                return attributes(spec, arena).call(what(spec), BpfAttributes.PROG_LOAD);
            } catch (LinuxException e) {
                if (e.errno() != Errno.EAGAIN || attempt == LOADS_WHILE_BUSY) {
                    throw e;
                }
            }
        }
    }

    /** Loads once more with a log, which costs too much to be asked for each time. */
    private static LinuxException explained(Spec spec, Arena arena, LinuxException refused) {
        if (refused.errno() != Errno.EINVAL && refused.errno() != Errno.EACCES) {
            return refused;
        }
        MemorySegment log = arena.allocate(LOG_BYTES);
        BpfAttributes attributes = attributes(spec, arena)
                .integer(LOG_LEVEL, LOG_VERBOSE)
                .integer(LOG_SIZE, LOG_BYTES)
                .address(LOG_BUFFER, log);
        try {
            new Fd(attributes.call(what(spec), BpfAttributes.PROG_LOAD)).close();
            return refused;
        } catch (LinuxException again) {
            return new LinuxException(what(spec), again.errnoNumber(), lastLine(log.getString(0)));
        }
    }

    private static String lastLine(String log) {
        // The kernel ends its log with a line of statistics: what counts stands before it.
        String told = log.strip().replaceFirst("\nprocessed [0-9]+ insns.*$", "");
        return told.substring(told.lastIndexOf('\n') + 1);
    }

    private static BpfAttributes attributes(Spec spec, Arena arena) {
        return new BpfAttributes(arena)
                .integer(TYPE, spec.type())
                .integer(COUNT, (int) (spec.instructions().byteSize() / INSTRUCTION_BYTES))
                .address(INSTRUCTIONS, spec.instructions())
                .address(LICENSE, arena.allocateFrom(spec.license()))
                .integer(LOAD_FLAGS, spec.flags())
                .name(NAME, spec.name())
                .integer(ATTACH_TYPE, spec.attachType());
    }

    private static String what(Spec spec) {
        return "BPF_PROG_LOAD " + spec.name();
    }

    /**
     * Runs the program on a packet, inside the kernel, without any interface.
     *
     * @param packet off-heap, at least 14 bytes
     * @param out off-heap, where the packet goes afterwards; {@code MemorySegment.NULL} for nowhere
     * @param repeat how many times, at least 1; each run after the first sees what the last one left
     */
    public TestRun run(MemorySegment packet, MemorySegment out, int repeat) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            BpfAttributes attributes = new BpfAttributes(arena)
                    .integer(RUN_FD, fd.number())
                    .integer(RUN_IN_BYTES, (int) packet.byteSize())
                    .integer(RUN_OUT_BYTES, (int) out.byteSize())
                    .address(RUN_IN, packet)
                    .address(RUN_OUT, out)
                    .integer(RUN_REPEAT, repeat);
            attributes.call("BPF_PROG_TEST_RUN " + name, BpfAttributes.PROG_TEST_RUN);
            return new TestRun(
                    attributes.integer(RUN_RESULT), attributes.integer(RUN_OUT_BYTES), attributes.integer(RUN_NANOS));
        }
    }

    /** Number that links and program arrays refer to; valid until {@link #close}. */
    public int fd() {
        return fd.number();
    }

    @Override
    public void close() {
        fd.close();
    }
}
