// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import weir.ebpf.isa.Instruction;

/**
 * A stretch of a function that becomes a method of its own.
 *
 * @param from slot where it begins
 * @param to slot behind its last
 */
record Part(int from, int to) {
    /** A cut is looked for in the last part of what fits. */
    private static final double EARLIEST_CUT = 0.5;

    boolean contains(int slot) {
        return slot >= from && slot < to;
    }

    /**
     * Divides a function where fewest loops are cut, into parts of about so many bytes of bytecode at most.
     * One part when all fits.
     */
    static List<Part> divide(FunctionShape shape, int limitBytes) {
        List<Part> parts = new ArrayList<>();
        int from = shape.start();
        while (from < shape.end()) {
            int to = cut(shape, from, limitBytes);
            parts.add(new Part(from, to));
            from = to;
        }
        return parts;
    }

    private static int cut(FunctionShape shape, int from, int limitBytes) {
        int bytes = 0;
        int best = shape.end();
        int fewest = Integer.MAX_VALUE;
        int fallback = shape.end();
        BitSet leaders = shape.leaders();
        for (int slot = from; slot < shape.end(); slot++) {
            if (bytes > limitBytes) {
                return fewest == Integer.MAX_VALUE ? fallback : best;
            }
            if (slot > from && leaders.get(slot)) {
                fallback = slot;
                int loops = shape.loopsAcross(slot);
                if (bytes >= limitBytes * EARLIEST_CUT && loops <= fewest) {
                    fewest = loops;
                    best = slot;
                }
            }
            if (shape.reachable().get(slot)) {
                bytes += estimatedBytes(Objects.requireNonNull(shape.code().at(slot)));
            }
        }
        return shape.end();
    }

    /** About the bytes of bytecode that an instruction becomes; what comes out is measured all the same. */
    private static int estimatedBytes(Instruction instruction) {
        return switch (instruction) {
            case Instruction.Load load -> 60;
            case Instruction.Store store -> 60;
            case Instruction.Atomic atomic -> 90;
            case Instruction.OrderedAccess access -> 40;
            case Instruction.Call call -> 80;
            case Instruction.CallRegister call -> 50;
            case Instruction.Branch branch -> 14;
            default -> 11;
        };
    }
}
