// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.interpreter;

import weir.ebpf.map.Errno;
import weir.ebpf.map.ForEachMap;
import weir.ebpf.program.FaultKind;
import weir.ebpf.run.RunState;

/**
 * Helpers that call functions of the program: each round of a callback is entered like a function and
 * comes back here before its frame is left. {@code kernel/bpf/bpf_iter.c}, {@code bpf_loop}; {@code
 * kernel/bpf/helpers.c} and the map types' {@code map_for_each_callback}.
 */
final class Callbacks {
    /** {@code BPF_MAX_LOOPS}. */
    private static final long MAX_LOOPS = 8 * 1024 * 1024;

    private final Machine machine;
    private final RunState run;
    private final long[] r;
    private final CallFrame[] frames;

    Callbacks(Machine machine, RunState run, long[] registers, CallFrame[] frames) {
        this.machine = machine;
        this.run = run;
        this.r = registers;
        this.frames = frames;
    }

    /**
     * {@code bpf_loop(rounds, callback, context, flags)}: r0 is the number of rounds.
     *
     * <p>With flags of 0 the kernel puts the loop into the program ({@code inline_bpf_loop}, {@code
     * kernel/bpf/verifier.c}): all 64 bits of r1 count then, and {@code -E2BIG} is set by a 32-bit move.
     *
     * @return true when there is nothing to enter and r0 is set; false after entering, or after a fault
     */
    boolean loop() {
        long rounds = r[1];
        if (r[4] != 0) {
            r[0] = -Errno.EINVAL;
            return true;
        }
        if (Long.compareUnsigned(rounds, MAX_LOOPS) > 0) {
            r[0] = Integer.toUnsignedLong(-Errno.E2BIG);
            return true;
        }
        if (!isFunction(r[2])) {
            return false;
        }
        if (rounds == 0) {
            r[0] = 0;
            return true;
        }
        long context = r[3];
        if (machine.enter((int) r[2], CallFrame.Kind.LOOP)) {
            CallFrame frame = frames[run.depth()];
            frame.rounds = rounds;
            frame.round = 0;
            frame.context = context;
            showRound(frame);
        }
        return false;
    }

    /** {@code bpf_for_each_map_elem(map, callback, context, flags)}: r0 is the number of elements seen. */
    boolean forEach() {
        if (r[4] != 0) {
            r[0] = -Errno.EINVAL;
            return true;
        }
        if (!(run.map(r[1]) instanceof ForEachMap map) || !isFunction(r[2])) {
            return false;
        }
        long context = r[3];
        if (machine.enter((int) r[2], CallFrame.Kind.FOR_EACH)) {
            CallFrame frame = frames[run.depth()];
            frame.map = map;
            frame.round = 0;
            frame.cursor = map.firstPosition();
            frame.context = context;
            if (!showElement(frame)) {
                machine.leaveCallback(frame);
            }
        }
        return false;
    }

    /** Whether there is another round; its arguments are in the registers then. */
    boolean nextRound(CallFrame frame) {
        frame.round++;
        return frame.kind == CallFrame.Kind.LOOP ? showRound(frame) : showElement(frame);
    }

    private boolean showRound(CallFrame frame) {
        if (frame.round == frame.rounds || !pay(frame)) {
            return false;
        }
        run.clearFrame();
        hand(frame.round, frame.context, 0, 0);
        return true;
    }

    /** The position behind is asked for first, since the callback may delete what it is shown. */
    private boolean showElement(CallFrame frame) {
        if (!(frame.map instanceof ForEachMap map) || frame.cursor == ForEachMap.END || !pay(frame)) {
            return false;
        }
        long position = frame.cursor;
        frame.cursor = map.nextPosition(position);
        run.clearFrame();
        long key = run.showKey(map.spec().keyBytes());
        map.keyTo(position, key);
        hand(map.handle(), key, map.valueAt(position, run.cpu()), frame.context);
        return true;
    }

    private void hand(long r1, long r2, long r3, long r4) {
        r[1] = r1;
        r[2] = r2;
        r[3] = r3;
        r[4] = r4;
        r[5] = 0;
    }

    private boolean pay(CallFrame frame) {
        return run.charge(machine.code().functionSlots[frame.function]);
    }

    private boolean isFunction(long address) {
        int slot = (int) address;
        if ((address & RunState.FUNCTION_MASK) == RunState.FUNCTION_TAG
                && slot >= 0
                && slot < machine.code().slots()
                && machine.code().functionSlots[slot] != 0) {
            return true;
        }
        run.fail(FaultKind.ARGUMENT, address);
        return false;
    }
}
