// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static weir.ebpf.kernel.ProgramAttributes.*;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import weir.ebpf.isa.CallKind;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Encoder;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.WideKind;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.Errno;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.Subprogram;

/**
 * An XDP program in the running kernel, for {@code BPF_PROG_TEST_RUN}. One thread, the one that loaded it.
 */
public final class KernelProgram implements AutoCloseable {
    /** Frames that fit in a page beside headroom and {@code struct skb_shared_info}, with some to spare. */
    private static final int DATA_BYTES = 4096;

    private static final int LOG_BYTES = 1 << 20;
    private static final int INSTRUCTION_BYTES = 8;
    private static final int PROG_TYPE_XDP = 6;
    private static final int BPF_XDP_DEVMAP = 33;
    private static final int BPF_XDP_CPUMAP = 35;
    private static final int TAIL_CALL = 12;

    private final int fd;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment attributes = arena.allocate(TEST_BYTES, 8);
    private final MemorySegment dataIn = arena.allocate(DATA_BYTES, 8);
    private final MemorySegment dataOut = arena.allocate(DATA_BYTES, 8);
    private final MemorySegment context = arena.allocate(2 * XdpMd.BYTES, 8);

    private KernelProgram(int fd) {
        this.fd = fd;
    }

    /** The verifier said no. */
    public static final class Rejected extends Exception {
        private static final long serialVersionUID = 1;
        private final int errno;

        Rejected(int errno, String log) {
            super("errno " + errno + "\n" + log);
            this.errno = errno;
        }

        /** Positive. */
        public int errno() {
            return errno;
        }
    }

    /**
     * What a run left.
     *
     * @param errno 0, or negative where the kernel refused to run; the rest is empty then
     * @param returnValue r0
     * @param data metadata and frame
     * @param context null when none was given
     */
    public record Run(
            int errno,
            int returnValue,
            Bytes data,
            @Nullable XdpMd context) {}

    /**
     * Loads a program.
     *
     * @param mapFds of the maps, by the index that the code names
     * @throws Rejected with the verifier's log
     */
    public static KernelProgram load(ProgramSpec spec, int[] mapFds) throws Rejected {
        return load(spec, mapFds, true);
    }

    /**
     * Loads a program.
     *
     * @param wantLog whether a rejection is worth a second look by the verifier, which takes the log
     */
    public static KernelProgram load(ProgramSpec spec, int[] mapFds, boolean wantLog) throws Rejected {
        byte[] code = Encoder.encode(withFds(spec.code(), mapFds));
        return prepared(spec, code, (arena, attributes) -> new KernelProgram(load(arena, attributes, wantLog)));
    }

    /** What is done with the attributes of a load. */
    @FunctionalInterface
    interface Load<T> {
        T with(Arena arena, MemorySegment attributes) throws Rejected;
    }

    /**
     * Fills the attributes of a load and hands them on; what they refer to lives until that returns.
     *
     * @param code as the kernel takes it, file descriptors of maps included
     */
    static <T> T prepared(ProgramSpec spec, byte[] code, Load<T> load) throws Rejected {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = attributes(arena, spec, code);
            int types = 0;
            if (needsTypes(spec)) {
                FunctionTypes functions = new FunctionTypes(spec.subprograms());
                types = loadTypes(arena, functions.blob());
                putFunctions(arena, attributes, types, functions.functionInfo(spec.subprograms()));
            }
            try {
                return load.with(arena, attributes);
            } finally {
                if (types > 0) {
                    BpfSyscall.close(types);
                }
            }
        }
    }

    /** Loads a program with the types and lines of the object that it is from. */
    static KernelProgram load(ProgramSpec spec, int[] mapFds, ObjectTypes types) throws Rejected {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = attributes(arena, spec, Encoder.encode(withFds(spec.code(), mapFds)));
            putFunctions(arena, attributes, types.fd(), ObjectTypes.functionInfo(spec));
            attributes.set(JAVA_INT, LINE_INFO_REC_SIZE, ObjectTypes.LINE_INFO_BYTES);
            attributes.set(
                    JAVA_LONG, LINE_INFO, copy(arena, types.lineInfo(spec)).address());
            attributes.set(JAVA_INT, LINE_INFO_CNT, spec.lines().size());
            return new KernelProgram(load(arena, attributes, true));
        }
    }

    private static MemorySegment attributes(Arena arena, ProgramSpec spec, byte[] code) {
        MemorySegment attributes = arena.allocate(LOAD_BYTES, 8);
        attributes.set(JAVA_INT, PROG_TYPE, PROG_TYPE_XDP);
        attributes.set(JAVA_INT, INSN_CNT, code.length / INSTRUCTION_BYTES);
        attributes.set(JAVA_LONG, INSNS, copy(arena, code).address());
        attributes.set(JAVA_LONG, LICENSE, arena.allocateFrom("GPL").address());
        byte[] name = spec.name().replaceAll("[^A-Za-z0-9_.]", "_").getBytes(StandardCharsets.US_ASCII);
        MemorySegment.copy(name, 0, attributes, JAVA_BYTE, PROG_NAME, Math.min(name.length, 15));
        attributes.set(JAVA_INT, EXPECTED_ATTACH_TYPE, attachType(spec.attach()));
        return attributes;
    }

    private static void putFunctions(Arena arena, MemorySegment attributes, int types, byte[] info) {
        attributes.set(JAVA_INT, PROG_BTF_FD, types);
        attributes.set(JAVA_INT, FUNC_INFO_REC_SIZE, FUNC_INFO_BYTES);
        attributes.set(JAVA_LONG, FUNC_INFO, copy(arena, info).address());
        attributes.set(JAVA_INT, FUNC_INFO_CNT, info.length / FUNC_INFO_BYTES);
    }

    public int fd() {
        return fd;
    }

    /** Runs once on a frame that comes in over the loopback interface, number 1. */
    public Run run(byte[] frame) {
        return run(frame, null);
    }

    /**
     * Runs once.
     *
     * @param data metadata and frame, at most {@link #DATA_BYTES}; the kernel takes no frame below 14 bytes
     * @param given how the data is laid out and where it comes from
     */
    public Run run(byte[] data, @Nullable XdpMd given) {
        MemorySegment.copy(data, 0, dataIn, JAVA_BYTE, 0, data.length);
        attributes.fill((byte) 0);
        attributes.set(JAVA_INT, TEST_PROG_FD, fd);
        attributes.set(JAVA_INT, TEST_DATA_SIZE_IN, data.length);
        attributes.set(JAVA_INT, TEST_DATA_SIZE_OUT, DATA_BYTES);
        attributes.set(JAVA_LONG, TEST_DATA_IN, dataIn.address());
        attributes.set(JAVA_LONG, TEST_DATA_OUT, dataOut.address());
        attributes.set(JAVA_INT, TEST_REPEAT, 1);
        if (given != null) {
            MemorySegment.copy(given.toBytes(), 0, context, JAVA_BYTE, 0, XdpMd.BYTES);
            attributes.set(JAVA_INT, TEST_CTX_SIZE_IN, XdpMd.BYTES);
            attributes.set(JAVA_INT, TEST_CTX_SIZE_OUT, XdpMd.BYTES);
            attributes.set(JAVA_LONG, TEST_CTX_IN, context.address());
            attributes.set(JAVA_LONG, TEST_CTX_OUT, context.address() + XdpMd.BYTES);
        }
        int result = BpfSyscall.call(BpfSyscall.PROG_TEST_RUN, attributes);
        if (result < 0) {
            return new Run(result, 0, Bytes.of(new byte[0]), null);
        }
        byte[] out =
                dataOut.asSlice(0, attributes.get(JAVA_INT, TEST_DATA_SIZE_OUT)).toArray(JAVA_BYTE);
        XdpMd left = given == null
                ? null
                : XdpMd.ofBytes(context.asSlice(XdpMd.BYTES, XdpMd.BYTES).toArray(JAVA_BYTE));
        return new Run(0, attributes.get(JAVA_INT, TEST_RETVAL), Bytes.of(out), left);
    }

    /** Runs many times on one frame, each on what the run before left of it; for measurements. */
    public void repeat(byte[] data, int times) {
        MemorySegment.copy(data, 0, dataIn, JAVA_BYTE, 0, data.length);
        attributes.fill((byte) 0);
        attributes.set(JAVA_INT, TEST_PROG_FD, fd);
        attributes.set(JAVA_INT, TEST_DATA_SIZE_IN, data.length);
        attributes.set(JAVA_LONG, TEST_DATA_IN, dataIn.address());
        attributes.set(JAVA_INT, TEST_REPEAT, times);
        int result = BpfSyscall.call(BpfSyscall.PROG_TEST_RUN, attributes);
        if (result < 0) {
            throw new IllegalStateException("BPF_PROG_TEST_RUN: errno " + -result);
        }
    }

    @Override
    public void close() {
        BpfSyscall.close(fd);
        FreedPrograms.closed();
        arena.close();
    }

    private static int load(Arena arena, MemorySegment attributes, boolean wantLog) throws Rejected {
        int result = BpfSyscall.call(BpfSyscall.PROG_LOAD, attributes);
        if (result >= 0) {
            return result;
        }
        String text = "";
        if (wantLog) {
            MemorySegment log = arena.allocate(LOG_BYTES);
            attributes.set(JAVA_INT, LOG_LEVEL, 1);
            attributes.set(JAVA_INT, LOG_SIZE, LOG_BYTES);
            attributes.set(JAVA_LONG, LOG_BUF, log.address());
            int again = BpfSyscall.call(BpfSyscall.PROG_LOAD, attributes);
            if (again >= 0) {
                return again;
            }
            text = log.getString(0);
        }
        throw new Rejected(-result, text);
    }

    private static int loadTypes(Arena arena, byte[] blob) {
        MemorySegment log = arena.allocate(4096);
        MemorySegment attributes = arena.allocate(BTF_BYTES, 8);
        attributes.set(JAVA_LONG, BTF, copy(arena, blob).address());
        attributes.set(JAVA_LONG, BTF_LOG_BUF, log.address());
        attributes.set(JAVA_INT, BTF_SIZE, blob.length);
        attributes.set(JAVA_INT, BTF_LOG_SIZE, (int) log.byteSize());
        attributes.set(JAVA_INT, BTF_LOG_LEVEL, 1);
        int result = BpfSyscall.call(BpfSyscall.BTF_LOAD, attributes);
        if (result < 0 && result != -Errno.ENOSPC) {
            throw new IllegalStateException("BPF_BTF_LOAD: errno " + -result + "\n" + log.getString(0));
        }
        return result;
    }

    /** Callbacks, global functions, and functions that tail-call are known by their types only. */
    private static boolean needsTypes(ProgramSpec spec) {
        return spec.subprograms().stream().skip(1).anyMatch(Subprogram::isGlobal)
                || (spec.subprograms().size() > 1
                        && spec.code().instructions().contains(new Instruction.Call(CallKind.HELPER, TAIL_CALL)))
                || spec.code().instructions().stream()
                        .anyMatch(
                                each -> each instanceof Instruction.LoadWide wide && wide.kind() == WideKind.FUNCTION);
    }

    private static Code withFds(Code code, int[] fds) {
        return Code.of(code.instructions().stream()
                .map(each -> each instanceof Instruction.LoadWide wide ? withFd(wide, fds) : each)
                .toList());
    }

    private static Instruction withFd(Instruction.LoadWide wide, int[] fds) {
        return switch (wide.kind()) {
            case MAP_INDEX -> new Instruction.LoadWide(wide.dst(), WideKind.MAP_FD, fds[wide.immediate()], 0);
            case MAP_INDEX_VALUE ->
                new Instruction.LoadWide(
                        wide.dst(), WideKind.MAP_FD_VALUE, fds[wide.immediate()], wide.nextImmediate());
            default -> wide;
        };
    }

    private static int attachType(ProgramSpec.Attach attach) {
        return switch (attach) {
            case DEVICE -> 0;
            case DEVMAP -> BPF_XDP_DEVMAP;
            case CPUMAP -> BPF_XDP_CPUMAP;
        };
    }

    private static MemorySegment copy(Arena arena, byte[] bytes) {
        MemorySegment segment = arena.allocate(bytes.length, 8);
        MemorySegment.copy(bytes, 0, segment, JAVA_BYTE, 0, bytes.length);
        return segment;
    }
}
