// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

import java.util.ArrayList;
import java.util.List;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.AtomicOp;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.MemorySize;
import weir.ebpf.isa.Operand;

/** Accesses to the function's own stack; always aligned, the kernel insists. */
final class StackSnippets {
    private static final MemorySize[] SIZES = MemorySize.values();
    private static final AtomicOp[] ATOMICS = AtomicOp.values();

    private StackSnippets() {}

    static boolean store(Frame frame) {
        MemorySize size = anySize(frame);
        int offset = -size.bytes() * (1 + frame.random.nextInt(frame.state.stackBytes() / size.bytes()));
        frame.store(size, Frame.FRAME_POINTER, offset, frame.operand());
        frame.state.storeScalar(offset, size.bytes());
        return true;
    }

    static boolean load(Frame frame) {
        MemorySize size = anySize(frame);
        int offset = initialised(frame, size.bytes());
        if (offset == Frame.NONE) {
            return false;
        }
        boolean signed = size != MemorySize.DOUBLE && frame.random.nextInt(3) == 0;
        frame.load(size, signed, frame.free(), Frame.FRAME_POINTER, offset, RegisterType.SCALAR);
        return true;
    }

    /** A load or store at an offset that only the run knows. */
    static boolean variable(Frame frame) {
        int offset = frame.filledPlace(32);
        MemorySize size = anySize(frame);
        int index = frame.bounded(0x1f & -size.bytes());
        int base = frame.free();
        frame.stackArgument(base, offset);
        frame.add(new Instruction.Alu(true, AluOp.ADD, base, Operand.register(index)));
        if (frame.random.nextBoolean()) {
            frame.load(size, false, frame.free(), base, 0, RegisterType.SCALAR);
        } else {
            frame.store(size, base, 0, frame.operand());
        }
        return true;
    }

    static boolean spill(Frame frame) {
        int register =
                frame.find(type -> !(type instanceof RegisterType.Unset) && !(type instanceof RegisterType.Scalar));
        if (register == Frame.NONE) {
            return false;
        }
        int offset = frame.place(8);
        frame.store(MemorySize.DOUBLE, Frame.FRAME_POINTER, offset, Operand.register(register));
        frame.state.spill(offset, frame.state.get(register));
        return true;
    }

    static boolean fill(Frame frame) {
        List<Integer> spilled = new ArrayList<>();
        for (int offset = -frame.state.stackBytes(); offset < 0; offset += 8) {
            if (!(frame.state.spilledAt(offset) instanceof RegisterType.Unset)) {
                spilled.add(offset);
            }
        }
        if (spilled.isEmpty()) {
            return false;
        }
        int offset = spilled.get(frame.random.nextInt(spilled.size()));
        RegisterType type = frame.state.spilledAt(offset);
        frame.load(MemorySize.DOUBLE, false, frame.free(), Frame.FRAME_POINTER, offset, type);
        return true;
    }

    static boolean atomic(Frame frame) {
        MemorySize size = frame.random.nextBoolean() ? MemorySize.WORD : MemorySize.DOUBLE;
        int offset = initialised(frame, size.bytes());
        if (offset == Frame.NONE) {
            return false;
        }
        return atomic(frame, size, Frame.FRAME_POINTER, offset);
    }

    /** Any atomic operation on a place that is known to be good. */
    static boolean atomic(Frame frame, MemorySize size, int base, int offset) {
        AtomicOp op = ATOMICS[frame.random.nextInt(ATOMICS.length)];
        boolean compares = op == AtomicOp.CMPXCHG;
        if (compares && (!(frame.state.get(0) instanceof RegisterType.Scalar) || !frame.isFree(0))) {
            return false;
        }
        boolean fetch = compares || op == AtomicOp.XCHG || frame.random.nextBoolean();
        int src = fetch && !compares ? frame.scalarToChange() : frame.scalar();
        if (compares && frame.random.nextBoolean()) {
            frame.load(size, false, 0, base, offset, RegisterType.SCALAR);
        }
        frame.add(new Instruction.Atomic(size, op, fetch, base, (short) offset, src));
        return true;
    }

    /** A random place with numbers in it; NONE after some misses. */
    static int initialised(Frame frame, int bytes) {
        for (int attempt = 0; attempt < 12; attempt++) {
            int offset = -bytes * (1 + frame.random.nextInt(frame.state.stackBytes() / bytes));
            if (frame.state.isInitialised(offset, bytes)) {
                return offset;
            }
        }
        return Frame.NONE;
    }

    static MemorySize anySize(Frame frame) {
        return SIZES[frame.random.nextInt(SIZES.length)];
    }
}
