// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import weir.ebpf.map.Errno;
import weir.ebpf.map.ForEachMap;
import weir.ebpf.program.FaultKind;
import weir.ebpf.run.RunState;

/**
 * Helpers that call functions of the program, as the interpreter's {@code Callbacks}: {@code
 * kernel/bpf/bpf_iter.c}, {@code bpf_loop}; {@code kernel/bpf/helpers.c}.
 */
final class JitCallbacks {
    /** {@code BPF_MAX_LOOPS}. */
    private static final long MAX_LOOPS = 8 * 1024 * 1024;

    private JitCallbacks() {}

    static long loop(JitCpu cpu, Binding binding, int slot, long rounds, long callback, long context, long flags) {
        if (flags != 0) {
            return -Errno.EINVAL;
        }
        if (Long.compareUnsigned(rounds, MAX_LOOPS) > 0) {
            return Integer.toUnsignedLong(-Errno.E2BIG);
        }
        int slots = callbackSlots(cpu, binding, slot, callback);
        if (slots == 0 || rounds == 0 || !JitRuntime.enter(cpu, binding, slot, 0)) {
            return 0;
        }
        int function = (int) callback;
        long round = 0;
        while (round != rounds && pay(cpu, binding, slot, slots)) {
            long r0 = binding.code.call(cpu, binding, function, round, context, 0, 0, 0);
            round++;
            if (r0 != 0 || cpu.hasFailed()) {
                break;
            }
        }
        JitRuntime.leave(cpu);
        return round;
    }

    static long forEach(JitCpu cpu, Binding binding, int slot, long handle, long callback, long context, long flags) {
        if (flags != 0) {
            return -Errno.EINVAL;
        }
        int slots = callbackSlots(cpu, binding, slot, callback);
        if (slots == 0
                || !(cpu.run.map(handle) instanceof ForEachMap map)
                || !JitRuntime.enter(cpu, binding, slot, 0)) {
            return 0;
        }
        long round = walk(cpu, binding, slot, map, (int) callback, slots, context);
        JitRuntime.leave(cpu);
        return round;
    }

    /** The position behind is asked for first, since the callback may delete what it is shown. */
    private static long walk(
            JitCpu cpu, Binding binding, int slot, ForEachMap map, int function, int slots, long context) {
        long round = 0;
        long position = map.firstPosition();
        while (position != ForEachMap.END && pay(cpu, binding, slot, slots)) {
            long shown = position;
            position = map.nextPosition(position);
            // The function clears what it uses of its stack; the key is shown anew in each round.
            long key = cpu.run.showKey(map.spec().keyBytes());
            map.keyTo(shown, key);
            long value = map.valueAt(shown, cpu.number);
            long r0 = binding.code.call(cpu, binding, function, map.handle(), key, value, context, 0);
            round++;
            if (r0 != 0 || cpu.hasFailed()) {
                break;
            }
        }
        return round;
    }

    private static boolean pay(JitCpu cpu, Binding binding, int slot, int slots) {
        if (cpu.run.charge(slots)) {
            return true;
        }
        cpu.stop(binding, slot);
        return false;
    }

    private static int callbackSlots(JitCpu cpu, Binding binding, int slot, long callback) {
        boolean isTagged = (callback & RunState.FUNCTION_MASK) == RunState.FUNCTION_TAG;
        int slots = isTagged ? binding.callbackSlots(callback & ~RunState.FUNCTION_MASK) : 0;
        if (slots == 0) {
            cpu.run.fail(FaultKind.ARGUMENT, callback);
            cpu.stop(binding, slot);
        }
        return slots;
    }
}
