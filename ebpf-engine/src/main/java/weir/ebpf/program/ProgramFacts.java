// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.program;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is known about a program before it runs; the verifier fills it, the compiler and the switch use
 * it. Every fact errs to the safe side: {@code true} for "may", an upper bound for a size. Without a
 * verifier a linear scan fills what it can; pointer kinds are then empty.
 *
 * @param maps indices of the object's maps that the code names
 * @param helpers numbers of the helpers that the code calls
 * @param writesPacket whether frame or metadata may be written
 * @param readsPort whether it may matter which port or queue a frame came in by, to a load or a helper
 * @param movesBounds whether bounds of the frame may move (helpers that adjust it)
 * @param redirects whether a redirect helper is called
 * @param tailCalls whether other programs may be entered
 * @param callbacks slots where functions begin that helpers call back
 * @param maxStackBytes deepest stack of all chains of calls, with frames of 512 bytes at most
 * @param maxCallDepth frames that may be live at once; 1 without calls, 8 where it is not known
 * @param pointers what the base register of a memory access holds, by slot; no entry where it is not known
 *     or differs by path
 * @param arguments what r1 to r5 hold at a call of a helper, by slot; {@link Value.Unknown} where it is not
 *     known or differs by path
 * @param dead slots of instructions that no path reaches; nothing was checked there
 * @param paths loops and branches
 */
public record ProgramFacts(
        Set<Integer> maps,
        Set<Integer> helpers,
        boolean writesPacket,
        boolean readsPort,
        boolean movesBounds,
        boolean redirects,
        boolean tailCalls,
        List<Integer> callbacks,
        int maxStackBytes,
        int maxCallDepth,
        Map<Integer, Value> pointers,
        Map<Integer, List<Value>> arguments,
        Set<Integer> dead,
        PathFacts paths) {
    /**
     * Slots that callbacks and tail calls may take for one frame: a callback's iteration costs the number
     * of slots of its function, a tail call those of the program it enters. Beyond that the frame is a
     * fault of kind {@link FaultKind#BUDGET}. The kernel has no such limit.
     */
    public static final int BUDGET_SLOTS = 1_000_000;

    /** Tail calls in a row that succeed; the next falls through. {@code MAX_TAIL_CALL_CNT}. */
    public static final int MAX_TAIL_CALLS = 33;

    /** Call frames, the program's own included. {@code MAX_CALL_FRAMES}. */
    public static final int MAX_FRAMES = 8;

    /** Bytes of stack of one frame. {@code MAX_BPF_STACK}. */
    public static final int FRAME_STACK_BYTES = 512;

    public ProgramFacts {
        maps = Set.copyOf(maps);
        helpers = Set.copyOf(helpers);
        callbacks = List.copyOf(callbacks);
        pointers = Map.copyOf(pointers);
        arguments = Map.copyOf(arguments);
        dead = Set.copyOf(dead);
    }

    /** What a register holds on every path that comes by. */
    public sealed interface Value {
        /** Anything. */
        record Unknown() implements Value {}

        /** This number. */
        record Constant(long value) implements Value {}

        record Context() implements Value {}

        /** A pointer into the frame or its metadata. */
        record Packet() implements Value {}

        /**
         * A pointer into the stack.
         *
         * @param framesUp 0 for the running function's own, 1 for its caller's, and so on
         * @param offset from that frame's r10, negative; {@link #VARIABLE} where it differs
         */
        record Stack(int framesUp, int offset) implements Value {
            /** An offset that is no constant. */
            public static final int VARIABLE = 0;
        }

        /** The object's map with that index itself. */
        record Map(int index) implements Value {}

        /** A pointer into a value of the object's map with that index, not null. */
        record MapValue(int mapIndex) implements Value {}

        /** A pointer into a reserved record of a ring buffer, not null. */
        record RingRecord() implements Value {}
    }
}
