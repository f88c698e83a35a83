// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import org.jspecify.annotations.Nullable;
import weir.ebpf.helper.Helper;
import weir.ebpf.helper.HelperFunction;
import weir.ebpf.isa.Arithmetic;
import weir.ebpf.isa.AtomicOp;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.ProgramArray;
import weir.ebpf.memory.MemoryAccess;
import weir.ebpf.program.ContextField;
import weir.ebpf.program.ContextLayout;
import weir.ebpf.program.FaultKind;
import weir.ebpf.xdp.XdpContext;

/**
 * What generated code calls when an access is not shown to be good, and for calls of helpers: checks and
 * faults of the interpreter. Nothing here allocates or throws.
 */
final class JitRuntime {
    private JitRuntime() {}

    // ---- faults --------------------------------------------------------------------------------------

    /** Notes a fault; without an address where the kind has none. */
    static void fault(JitCpu cpu, Binding binding, int slot, FaultKind kind, long address) {
        if (kind == FaultKind.INSTRUCTION || kind == FaultKind.INSTRUCTION_LIMIT) {
            cpu.run.fail(kind);
        } else {
            cpu.run.fail(kind, address);
        }
        cpu.stop(binding, slot);
    }

    private static long failed(JitCpu cpu, Binding binding, int slot, FaultKind kind, long address) {
        cpu.run.fail(kind, address);
        cpu.stop(binding, slot);
        return 0;
    }

    // ---- memory --------------------------------------------------------------------------------------

    static long load(JitCpu cpu, Binding binding, long address, int width, int signed, int slot) {
        boolean isSigned = signed != 0;
        long value;
        if (cpu.run.mayRead(address, width)) {
            value = MemoryAccess.load(address, width);
        } else if (!XdpContext.isContext(address)) {
            return failed(cpu, binding, slot, FaultKind.READ, address);
        } else {
            long offset = address - XdpContext.ADDRESS;
            ContextLayout layout = binding.spec().context();
            ContextField field = layout.loaded(offset, width, isSigned);
            if (field == null) {
                return failed(cpu, binding, slot, FaultKind.CONTEXT, address);
            }
            value = cpu.context.load(layout, field, offset, width);
        }
        return isSigned ? Arithmetic.signExtend64(value, width * Byte.SIZE) : value;
    }

    static void store(JitCpu cpu, Binding binding, long address, long value, int width, int slot) {
        if (cpu.run.mayWrite(address, width)) {
            MemoryAccess.store(address, width, value);
        } else if (!cpu.run.storeInContext(binding.spec().context(), address, width, value)) {
            FaultKind kind = XdpContext.isContext(address) ? FaultKind.CONTEXT : FaultKind.WRITE;
            fault(cpu, binding, slot, kind, address);
        }
    }

    /** Returns the old value, zero-extended. */
    static long atomic(
            JitCpu cpu, Binding binding, long address, long value, long expected, AtomicOp op, int width, int slot) {
        if (!mayUseInOrder(cpu, binding, address, width, true, slot)) {
            return 0;
        }
        return width == Long.BYTES
                ? MemoryAccess.atomic64(op, address, value, expected)
                : MemoryAccess.atomic32(op, address, (int) value, (int) expected);
    }

    static long loadAcquire(JitCpu cpu, Binding binding, long address, int width, int slot) {
        return mayUseInOrder(cpu, binding, address, width, false, slot) ? MemoryAccess.loadAcquire(address, width) : 0;
    }

    static void storeRelease(JitCpu cpu, Binding binding, long address, long value, int width, int slot) {
        if (mayUseInOrder(cpu, binding, address, width, true, slot)) {
            MemoryAccess.storeRelease(address, width, value);
        }
    }

    private static boolean mayUseInOrder(
            JitCpu cpu, Binding binding, long address, int width, boolean write, int slot) {
        if (write ? !cpu.run.mayWrite(address, width) : !cpu.run.mayRead(address, width)) {
            FaultKind plain = write ? FaultKind.WRITE : FaultKind.READ;
            fault(cpu, binding, slot, XdpContext.isContext(address) ? FaultKind.CONTEXT : plain, address);
            return false;
        }
        if (address % width != 0) {
            fault(cpu, binding, slot, FaultKind.UNALIGNED, address);
            return false;
        }
        return true;
    }

    // ---- functions -----------------------------------------------------------------------------------

    /** Enters a call frame for a function of so many slots; false after a fault. */
    static boolean enter(JitCpu cpu, Binding binding, int slot, int functionSlots) {
        if (!cpu.run.pushUncleared()) {
            cpu.stop(binding, slot);
            return false;
        }
        cpu.stepsLeft -= functionSlots;
        if (cpu.stepsLeft < 0) {
            cpu.run.fail(FaultKind.INSTRUCTION_LIMIT);
            cpu.stop(binding, slot);
            cpu.run.pop();
            return false;
        }
        return true;
    }

    static void leave(JitCpu cpu) {
        cpu.run.pop();
    }

    /** Clears what a function finds of its stack, and returns r10. */
    static long frame(JitCpu cpu, int clearBytes) {
        cpu.run.clearFrame(clearBytes);
        return cpu.run.framePointer();
    }

    // ---- helpers -------------------------------------------------------------------------------------

    /** Calls a helper that comes back at once, after checking its arguments. */
    static long call(JitCpu cpu, Binding binding, int slot, int helper, long r1, long r2, long r3, long r4, long r5) {
        return call(cpu, binding, slot, binding.helper(helper), r1, r2, r3, r4, r5);
    }

    private static long call(
            JitCpu cpu, Binding binding, int slot, Helper helper, long r1, long r2, long r3, long r4, long r5) {
        long result = 0;
        if (mayCall(cpu, helper, r1, r2, r3, r4, r5)) {
            result = cpu.helpers.call(helper.function(), r1, r2, r3, r4, r5);
        }
        if (cpu.hasFailed()) {
            cpu.stop(binding, slot);
        }
        return result;
    }

    /** Calls a helper whose arguments are certain. */
    static long callProved(
            JitCpu cpu,
            Binding binding,
            int slot,
            HelperFunction function,
            long r1,
            long r2,
            long r3,
            long r4,
            long r5) {
        long result = cpu.helpers.call(function, r1, r2, r3, r4, r5);
        if (cpu.hasFailed()) {
            cpu.stop(binding, slot);
        }
        return result;
    }

    private static boolean mayCall(JitCpu cpu, Helper helper, long r1, long r2, long r3, long r4, long r5) {
        long[] arguments = cpu.arguments;
        arguments[1] = r1;
        arguments[2] = r2;
        arguments[3] = r3;
        arguments[4] = r4;
        arguments[5] = r5;
        return cpu.helpers.mayCall(helper, arguments);
    }

    /** {@code callx}: the helper whose number a register holds. */
    static long callNumber(
            JitCpu cpu, Binding binding, int slot, long number, long r1, long r2, long r3, long r4, long r5) {
        Helper helper = number == (int) number ? binding.helpers().find((int) number) : null;
        if (helper == null || helper.function().isControlFlow()) {
            cpu.run.fail(FaultKind.INSTRUCTION);
            cpu.stop(binding, slot);
            return 0;
        }
        return call(cpu, binding, slot, helper, r1, r2, r3, r4, r5);
    }

    /** {@code bpf_loop}. */
    static long loop(JitCpu cpu, Binding binding, int slot, int helper, long r1, long r2, long r3, long r4, long r5) {
        if (!mayCall(cpu, binding.helper(helper), r1, r2, r3, r4, r5)) {
            cpu.stop(binding, slot);
            return 0;
        }
        return JitCallbacks.loop(cpu, binding, slot, r1, r2, r3, r4);
    }

    /** {@code bpf_for_each_map_elem}. */
    static long forEach(
            JitCpu cpu, Binding binding, int slot, int helper, long r1, long r2, long r3, long r4, long r5) {
        if (!mayCall(cpu, binding.helper(helper), r1, r2, r3, r4, r5)) {
            cpu.stop(binding, slot);
            return 0;
        }
        return JitCallbacks.forEach(cpu, binding, slot, r1, r2, r3, r4);
    }

    /** {@code bpf_tail_call}: whether another program was entered; r0 is in {@link JitCpu#result} then. */
    static boolean tailCall(JitCpu cpu, Binding binding, int slot, int helper, long r1, long r2, long r3) {
        if (!mayCall(cpu, binding.helper(helper), r1, r2, r3, 0, 0)) {
            cpu.stop(binding, slot);
            return false;
        }
        Binding target = program(cpu.run.map(r2), (int) r3, cpu.number);
        if (target == null || !cpu.run.countTailCall()) {
            return false;
        }
        if (!cpu.run.charge(target.spec().code().slots())) {
            cpu.stop(binding, slot);
            return false;
        }
        cpu.run.meetAll(target.named);
        cpu.result = target.code.call(cpu, target, 0, r1, 0, 0, 0, 0);
        return true;
    }

    private static @Nullable Binding program(@Nullable EbpfMap map, int index, int cpu) {
        return map instanceof ProgramArray array && array.get(index) instanceof CompiledProgram program
                ? program.binding(cpu)
                : null;
    }
}
