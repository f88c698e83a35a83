// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.HashMap;
import java.util.Map;
import weir.ebpf.program.ProgramFacts;

/** Stack of all chains of calls together: {@code check_max_stack_depth} of {@code kernel/bpf/verifier.c}. */
final class StackDepth {
    private static final int ROUND = 16;
    /** What callers may have on the stack where a function tail-calls. */
    private static final int MAX_BEFORE_TAIL_CALL = 256;

    private final Surroundings surroundings;
    private final FlowGraph flow;
    private int bytes;
    private int frames;

    StackDepth(Surroundings surroundings, FlowGraph flow) {
        this.surroundings = surroundings;
        this.flow = flow;
    }

    /** Measures all chains, frame by frame: for each function the deepest stack it can be called with. */
    void check() {
        Map<Integer, Integer> below = Map.of(0, 0);
        while (!below.isEmpty()) {
            frames++;
            Map<Integer, Integer> next = new HashMap<>();
            for (Map.Entry<Integer, Integer> each : below.entrySet()) {
                int function = each.getKey();
                int depth = depth(function, each.getValue());
                bytes = Math.max(bytes, depth);
                for (int called : flow.calledBy(function)) {
                    if (surroundings.facts().isReached(called)) {
                        next.merge(called, depth, Math::max);
                    }
                }
            }
            if (frames == ProgramFacts.MAX_FRAMES && !next.isEmpty()) {
                int function = next.keySet().iterator().next();
                throw surroundings.refuse(
                        function,
                        ViolationKind.CALL_DEPTH,
                        "the call stack of " + (frames + 1) + " frames is too deep !");
            }
            below = next;
        }
    }

    private int depth(int function, int before) {
        int own = surroundings.facts().stackBytes(function);
        int depth = before + (own + ROUND - 1) / ROUND * ROUND;
        if (depth > ProgramFacts.FRAME_STACK_BYTES) {
            throw surroundings.refuse(
                    function,
                    ViolationKind.STACK_DEPTH,
                    "combined stack size of " + frames + " calls is " + depth + ". Too large");
        }
        if (function != 0 && before >= MAX_BEFORE_TAIL_CALL && flow.tailCalls(function)) {
            throw surroundings.refuse(
                    function,
                    ViolationKind.STACK_DEPTH,
                    "tail_calls are not allowed when call stack of previous frames is " + before + " bytes. Too large");
        }
        return depth;
    }

    /** Deepest stack of all chains. */
    int bytes() {
        return bytes;
    }

    /** Frames of the longest chain. */
    int frames() {
        return frames;
    }
}
