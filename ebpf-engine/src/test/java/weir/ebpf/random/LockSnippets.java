// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.Condition;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.MemorySize;
import weir.ebpf.isa.Operand;
import weir.ebpf.random.RegisterType.Region;

/** Values with a {@code bpf_spin_lock}: {@code struct { int a; int b; struct bpf_spin_lock lock; int c; }}. */
final class LockSnippets {
    private static final int LOCK_OFFSET = 8;
    private static final int[] FIELDS = {0, 4, 12};

    private LockSnippets() {}

    /** Looks an element up and works on its fields while it is locked. */
    static boolean locked(Frame frame) {
        RandomMap map = frame.random.nextBoolean() ? RandomMap.LOCKED_ARRAY : RandomMap.LOCKED_HASH;
        int value = frame.freeStable();
        if (value == Frame.NONE || !MapSnippets.keyArgument(frame, map, 2)) {
            return false;
        }
        frame.mapArgument(1, map);
        frame.callHelper(Helpers.MAP_LOOKUP_ELEM);
        int behind = frame.code.newLabel();
        frame.code.addJump(new Instruction.Branch(true, Condition.EQ, 0, Operand.immediate(0), (short) 0), behind);
        frame.state.set(0, RegisterType.UNSET);
        frame.state.set(value, RegisterType.UNSET);
        MachineState skipped = frame.state.copy();
        frame.move(value, 0);
        lockArgument(frame, value);
        frame.callHelper(Helpers.SPIN_LOCK);
        frame.state.set(0, RegisterType.UNSET);
        int steps = 1 + frame.random.nextInt(4);
        for (int i = 0; i < steps; i++) {
            step(frame, value);
        }
        lockArgument(frame, value);
        frame.callHelper(Helpers.SPIN_UNLOCK);
        frame.state.set(0, RegisterType.UNSET);
        frame.state.set(value, new Region(map.valueKind(), LOCK_OFFSET, true));
        frame.code.place(behind);
        frame.state = frame.state.meet(skipped);
        return true;
    }

    private static void lockArgument(Frame frame, int value) {
        frame.add(new Instruction.Alu(true, AluOp.MOV, 1, Operand.register(value)));
        frame.addImmediate(1, LOCK_OFFSET);
        frame.state.set(1, RegisterType.UNSET);
    }

    private static void step(Frame frame, int value) {
        int field = FIELDS[frame.random.nextInt(FIELDS.length)];
        switch (frame.random.nextInt(3)) {
            case 0 -> frame.load(MemorySize.WORD, false, frame.free(), value, field, RegisterType.SCALAR);
            case 1 -> frame.store(MemorySize.WORD, value, field, frame.operand());
            default -> ScalarSnippets.alu(frame, frame.random.nextBoolean());
        }
    }
}
