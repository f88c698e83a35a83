// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import weir.ebpf.DeterministicHost;
import weir.ebpf.EbpfProgram;
import weir.ebpf.Engine;
import weir.ebpf.Host;
import weir.ebpf.LoadException;
import weir.ebpf.LoadOptions;
import weir.ebpf.LoadedObject;
import weir.ebpf.ObjectFile;
import weir.ebpf.ObjectFileException;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Condition;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.MemorySize;
import weir.ebpf.isa.Operand;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.MapSpec;
import weir.ebpf.memory.Mem;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.xdp.XdpBatch;

/**
 * A program with its maps, and 256 different frames of 64 bytes that it runs on: UDP over IPv4 between 256
 * stations, which hang at ports 1 and 2 in turn.
 */
final class Workload implements AutoCloseable {
    static final int FRAMES = 256;
    static final List<String> PROGRAMS = List.of("nologic", "pkt_count", "parser", "bridge_always", "bridge_change");
    private static final int FRAME_BYTES = 64;
    private static final int ROOM_BYTES = 2048 + 64;
    private static final int HEADROOM_BYTES = 256;
    private static final int STACK_WORDS = 16;

    final List<MapSpec> maps;
    final ProgramSpec spec;
    final XdpBatch batch = new XdpBatch(FRAMES);
    /** The same frame again and again, as the kernel's test run has it. */
    final XdpBatch hot = new XdpBatch(FRAMES);

    private final Arena arena = Arena.ofShared();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Host host = new DeterministicHost(1);

    /** @param name one of {@link #PROGRAMS}, or {@code generated:} or {@code stack:} and a number of instructions */
    Workload(String name) {
        int colon = name.indexOf(':');
        if (colon >= 0) {
            spec = generated(Integer.parseInt(name.substring(colon + 1)), name.startsWith("stack"));
            maps = List.of();
        } else {
            ObjectFile object = object();
            spec = object.programs().stream()
                    .filter(each -> each.name().equals(name))
                    .findFirst()
                    .orElseThrow();
            maps = object.maps();
        }
        for (int i = 0; i < FRAMES; i++) {
            long start = arena.allocate(ROOM_BYTES, 64).address();
            byte[] frame = frame(i);
            Mem.copyFrom(frame, 0, start + HEADROOM_BYTES, frame.length);
            long data = start + HEADROOM_BYTES;
            batch.add(start, data, data + frame.length, start + ROOM_BYTES, port(i), 0);
        }
        for (int i = 0; i < FRAMES; i++) {
            hot.add(batch.hardStarts()[0], batch.datas()[0], batch.ends()[0], batch.hardEnds()[0], port(0), 0);
        }
    }

    private static ObjectFile object() {
        Path file = Path.of(System.getProperty("weir.root", "."), "ebpf-engine/src/jmh/ebpf/programs.o");
        try {
            return ObjectFile.parse(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ObjectFileException e) {
            throw new IllegalStateException(e);
        }
    }

    static int port(int station) {
        return 1 + station % 2;
    }

    static byte[] frame(int station) {
        int peer = (station + 1) % FRAMES;
        return ByteBuffer.allocate(FRAME_BYTES)
                .put(mac(peer))
                .put(mac(station))
                .putShort((short) 0x0800)
                .putInt(0x4500_0032)
                .putInt(0)
                .putInt(0x4011_0000)
                .putInt(0xc612_0000 + station)
                .putInt(0xc613_0000 + peer)
                .putShort((short) (1024 + station))
                .putShort((short) 53)
                .array();
    }

    private static byte[] mac(int station) {
        return new byte[] {2, 0, 0, 0, (byte) (station >> 8), (byte) station};
    }

    /** {@code struct flow} of {@code programs.c}. */
    static byte[] flow(int station) {
        int peer = (station + 1) % FRAMES;
        return ByteBuffer.allocate(16)
                .putInt(0xc612_0000 + station)
                .putInt(0xc613_0000 + peer)
                .putShort((short) (1024 + station))
                .putShort((short) 53)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(17)
                .array();
    }

    /** The program interpreted, over maps of its own. */
    EbpfProgram interpreted() throws LoadException {
        return object(Engine.interpreter()).program(spec.name()).orElseThrow();
    }

    /** The program compiled, over maps of its own. */
    EbpfProgram compiled(boolean isChecked) throws LoadException {
        LoadedObject object = object(Engine.interpreter());
        JitPrograms programs = JitPrograms.of(object, host, isChecked, JitPrograms::noFacts);
        open.add(programs);
        return programs.program(spec.name());
    }

    /** The program alone, loaded anew over maps of its own. */
    LoadedObject object(Engine engine) throws LoadException {
        LoadedObject object = LoadedObject.of(spec, maps, LoadOptions.on(host).under(engine));
        open.add(object);
        object.map("flows").ifPresent(Workload::fill);
        return object;
    }

    private static void fill(EbpfMap flows) {
        for (int i = 0; i < FRAMES; i++) {
            flows.control().update(flow(i), new byte[16], 0);
        }
    }

    /**
     * Loads, arithmetic of 32 and 64 bits, forward branches and stores to the stack, all executed.
     *
     * @param readsStack whether each second load is of a word of the stack, so that all 16 live everywhere
     */
    private static ProgramSpec generated(int instructions, boolean readsStack) {
        List<Instruction> code = new ArrayList<>();
        code.add(new Instruction.Load(MemorySize.WORD, false, 2, 1, (short) 0));
        code.add(new Instruction.Load(MemorySize.WORD, false, 3, 1, (short) 4));
        code.add(new Instruction.Alu(true, AluOp.MOV, 4, Operand.register(2)));
        code.add(new Instruction.Alu(true, AluOp.ADD, 4, Operand.immediate(FRAME_BYTES)));
        code.add(new Instruction.Alu(true, AluOp.MOV, 0, Operand.immediate(1)));
        code.add(new Instruction.Alu(true, AluOp.MOV, 6, Operand.immediate(7)));
        code.add(new Instruction.Branch(true, Condition.LE, 4, Operand.register(3), (short) 1));
        code.add(new Instruction.Exit());
        for (int word = 0; readsStack && word < STACK_WORDS; word++) {
            code.add(new Instruction.Store(MemorySize.DOUBLE, 10, word(word), Operand.register(6)));
        }
        for (int i = 0; code.size() < instructions - 8; i++) {
            boolean isOfStack = readsStack && i % 2 != 0;
            code.add(new Instruction.Load(
                    MemorySize.BYTE,
                    false,
                    5,
                    isOfStack ? 10 : 2,
                    isOfStack ? word(i + STACK_WORDS / 2) : (short) (i % FRAME_BYTES)));
            code.add(new Instruction.Alu(true, AluOp.ADD, 0, Operand.register(5)));
            code.add(new Instruction.Alu(false, AluOp.XOR, 6, Operand.register(0)));
            code.add(new Instruction.Alu(true, AluOp.LSH, 5, Operand.immediate(i % 13)));
            code.add(new Instruction.Branch(true, Condition.GT, 5, Operand.register(6), (short) 1));
            code.add(new Instruction.Alu(false, AluOp.ADD, 6, Operand.immediate(i)));
            code.add(new Instruction.Store(MemorySize.DOUBLE, 10, word(i), Operand.register(6)));
            code.add(new Instruction.Alu(true, AluOp.ADD, 0, Operand.register(6)));
        }
        code.add(new Instruction.Alu(false, AluOp.AND, 0, Operand.immediate(1)));
        code.add(new Instruction.Exit());
        return ProgramSpec.of("generated", Code.of(code));
    }

    private static short word(int number) {
        return (short) (-Long.BYTES * (1 + number % STACK_WORDS));
    }

    @Override
    public void close() {
        for (AutoCloseable each : open.reversed()) {
            try {
                each.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
        arena.close();
    }
}
