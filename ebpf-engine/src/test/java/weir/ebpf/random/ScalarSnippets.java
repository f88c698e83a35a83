// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.MemorySize;
import weir.ebpf.isa.Operand;
import weir.ebpf.isa.WideKind;

/** Numbers in registers. */
final class ScalarSnippets {
    private static final AluOp[] OPS = AluOp.values();
    private static final int[] CONTEXT_NUMBERS = {12, 16};

    private ScalarSnippets() {}

    /** Any operation. Constants that the verifier refuses are avoided: shifts by the width, division by 0. */
    static boolean alu(Frame frame, boolean is64) {
        AluOp op = OPS[frame.random.nextInt(OPS.length)];
        int dst = op == AluOp.MOV ? frame.free() : frame.scalarToChange();
        Operand src = frame.operand();
        if (src instanceof Operand.Immediate(int value)) {
            src = Operand.immediate(
                    switch (op) {
                        case LSH, RSH, ARSH -> frame.random.nextInt(is64 ? 64 : 32);
                        case DIV, SDIV, MOD, SMOD -> value == 0 ? 1 : value;
                        default -> value;
                    });
        }
        frame.add(new Instruction.Alu(is64, op, dst, src));
        frame.state.set(dst, RegisterType.SCALAR);
        return true;
    }

    static boolean negate(Frame frame) {
        frame.add(new Instruction.Negate(frame.random.nextBoolean(), frame.scalarToChange()));
        return true;
    }

    static boolean moveSigned(Frame frame) {
        int src = frame.scalar();
        int dst = frame.free();
        boolean is64 = frame.random.nextBoolean();
        frame.add(new Instruction.MoveSigned(is64, dst, src, 8 << frame.random.nextInt(is64 ? 3 : 2)));
        frame.state.set(dst, RegisterType.SCALAR);
        return true;
    }

    static boolean byteSwap(Frame frame) {
        Instruction.ByteSwap.Order[] orders = Instruction.ByteSwap.Order.values();
        Instruction.ByteSwap.Order order = orders[frame.random.nextInt(orders.length)];
        frame.add(new Instruction.ByteSwap(frame.scalarToChange(), order, 16 << frame.random.nextInt(3)));
        return true;
    }

    static boolean wideImmediate(Frame frame) {
        int dst = frame.free();
        frame.add(new Instruction.LoadWide(dst, WideKind.VALUE, frame.immediate(), frame.immediate()));
        frame.state.set(dst, RegisterType.SCALAR);
        return true;
    }

    /** {@code ingress_ifindex} or {@code rx_queue_index}. */
    static boolean contextLoad(Frame frame) {
        if (frame.context == Frame.NONE) {
            return false;
        }
        int offset = CONTEXT_NUMBERS[frame.random.nextInt(CONTEXT_NUMBERS.length)];
        frame.load(MemorySize.WORD, false, frame.free(), frame.context, offset, RegisterType.SCALAR);
        return true;
    }
}
