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
 * @param movesBounds whether bounds of the frame may move (helpers that adjust it)
 * @param redirects whether a redirect helper is called
 * @param tailCalls whether other programs may be entered
 * @param callbacks slots where functions begin that helpers call back
 * @param maxStackBytes deepest stack of all chains of calls, with frames of 512 bytes at most
 * @param maxCallDepth frames that may be live at once; 1 without calls, 8 where it is not known
 * @param pointers what the base register of a memory access points to, by slot; no entry where it is not
 *     known or differs by path
 */
public record ProgramFacts(
        Set<Integer> maps,
        Set<Integer> helpers,
        boolean writesPacket,
        boolean movesBounds,
        boolean redirects,
        boolean tailCalls,
        List<Integer> callbacks,
        int maxStackBytes,
        int maxCallDepth,
        Map<Integer, Pointer> pointers) {
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
    }

    /** What a base register points to. */
    public sealed interface Pointer {
        record Context() implements Pointer {}

        /** Into the frame or its metadata. */
        record Packet() implements Pointer {}

        /**
         * Into the stack.
         *
         * @param framesUp 0 for the running function's own, 1 for its caller's, and so on
         */
        record Stack(int framesUp) implements Pointer {}

        /** Into a value of the object's map with that index. */
        record MapValue(int mapIndex) implements Pointer {}

        /** Into a reserved record of a ring buffer. */
        record RingRecord() implements Pointer {}
    }
}
