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

    /**
     * Bytes of bytecode that parts aim at; about 150 instructions. In methods of twice that length C2 keeps the values
     * of long chains of arithmetic in memory, which costs more than going from part to part.
     */
    private static final int PART_BYTES = 3500;

    /** As many as {@link PartLoop} can call before it is too long itself. */
    private static final int MAX_PARTS = 250;

    boolean contains(int slot) {
        return slot >= from && slot < to;
    }

    /**
     * Divides a function of more than about so many bytes of bytecode where fewest loops are cut. One part when it
     * is not longer than that.
     */
    static List<Part> divide(FunctionShape shape, int limitBytes) {
        int bytes = 0;
        for (int slot = shape.start(); slot < shape.end(); slot++) {
            bytes += estimatedBytes(shape, slot);
        }
        if (bytes <= limitBytes) {
            return List.of(new Part(shape.start(), shape.end()));
        }
        int partBytes = Math.min(limitBytes, Math.max(PART_BYTES, bytes / MAX_PARTS));
        List<Part> parts = new ArrayList<>();
        int from = shape.start();
        while (from < shape.end()) {
            int to = cut(shape, from, partBytes);
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
            bytes += estimatedBytes(shape, slot);
        }
        return shape.end();
    }

    /** About the bytes of bytecode that an instruction becomes; what comes out is measured all the same. */
    private static int estimatedBytes(FunctionShape shape, int slot) {
        if (!shape.reachable().get(slot)) {
            return 0;
        }
        return switch (Objects.requireNonNull(shape.code().at(slot))) {
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
