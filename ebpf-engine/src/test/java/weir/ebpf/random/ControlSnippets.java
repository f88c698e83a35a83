// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.Condition;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.Operand;

/** Branches and loops. */
final class ControlSnippets {
    private static final Condition[] CONDITIONS = Condition.values();

    private ControlSnippets() {}

    /** Goes to the label or not, by a comparison of numbers. */
    static void branch(Frame frame, boolean is64, int label) {
        Condition condition = CONDITIONS[frame.random.nextInt(CONDITIONS.length)];
        int dst = frame.scalar();
        Operand src = frame.operand();
        frame.code.addJump(new Instruction.Branch(is64, condition, dst, src, (short) 0), label);
    }

    static boolean ifThen(Frame frame, boolean is64) {
        if (!frame.mayNest()) {
            return false;
        }
        int behind = frame.code.newLabel();
        branch(frame, is64, behind);
        MachineState skipped = frame.state.copy();
        frame.body(1 + frame.random.nextInt(3));
        frame.code.place(behind);
        frame.state = frame.state.meet(skipped);
        return true;
    }

    static boolean ifElse(Frame frame) {
        if (!frame.mayNest()) {
            return false;
        }
        int otherwise = frame.code.newLabel();
        int behind = frame.code.newLabel();
        branch(frame, frame.random.nextBoolean(), otherwise);
        MachineState before = frame.state.copy();
        frame.body(1 + frame.random.nextInt(2));
        frame.code.addJump(new Instruction.Jump(false, 0), behind);
        frame.code.place(otherwise);
        MachineState afterThen = frame.state;
        frame.state = before;
        frame.body(1 + frame.random.nextInt(2));
        frame.code.place(behind);
        frame.state = frame.state.meet(afterThen);
        return true;
    }

    /** {@code if (..) goto in; gotol behind; in: ..; behind:} */
    static boolean longJump(Frame frame) {
        if (!frame.mayNest()) {
            return false;
        }
        int in = frame.code.newLabel();
        int behind = frame.code.newLabel();
        branch(frame, frame.random.nextBoolean(), in);
        frame.code.addJump(new Instruction.Jump(true, 0), behind);
        frame.code.place(in);
        MachineState skipped = frame.state.copy();
        frame.body(1 + frame.random.nextInt(2));
        frame.code.place(behind);
        frame.state = frame.state.meet(skipped);
        return true;
    }

    static boolean earlyExit(Frame frame) {
        int behind = frame.code.newLabel();
        branch(frame, frame.random.nextBoolean(), behind);
        frame.leave(true);
        frame.code.place(behind);
        return true;
    }

    /**
     * A loop with a counter that nothing in it writes. What the body needs at its start must hold at its
     * end, too: where it does not, the body is thrown away and made again from what does.
     */
    static boolean loop(Frame frame) {
        if (frame.loops > 1 || !frame.mayNest()) {
            return false;
        }
        int counter = frame.freeStable();
        if (counter == Frame.NONE) {
            return false;
        }
        int rounds = 1 + frame.random.nextInt(frame.loops == 0 ? 6 : 3);
        boolean up = frame.random.nextBoolean();
        frame.moveImmediate(counter, up ? 0 : rounds);
        frame.lock(counter);
        frame.loops++;
        int head = frame.code.newLabel();
        frame.code.place(head);
        loopBody(frame);
        frame.addImmediate(counter, up ? 1 : -1);
        Operand last = Operand.immediate(up ? rounds : 0);
        Condition again = up ? Condition.LT : Condition.NE;
        frame.code.addJump(new Instruction.Branch(frame.random.nextBoolean(), again, counter, last, (short) 0), head);
        frame.loops--;
        frame.unlock(counter);
        return true;
    }

    private static void loopBody(Frame frame) {
        int start = frame.code.size();
        for (int attempt = 0; attempt < 5; attempt++) {
            MachineState before = frame.state.copy();
            frame.body(1 + frame.random.nextInt(4));
            if (before.isImpliedBy(frame.state)) {
                return;
            }
            frame.code.cutTo(start);
            frame.state = before.meet(frame.state);
        }
        int changed = frame.find(RegisterType.SCALAR::equals);
        if (changed != Frame.NONE && frame.isUnlocked(changed)) {
            frame.add(new Instruction.Alu(true, AluOp.ADD, changed, Operand.immediate(frame.immediate())));
        }
    }
}
