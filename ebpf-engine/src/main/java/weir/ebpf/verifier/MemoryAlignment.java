// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.HashMap;
import java.util.Map;

/**
 * How memory is aligned that global functions are given. They are verified without their callers, so what their
 * atomic accesses need is compared with what all calls gave at the very end.
 */
final class MemoryAlignment {
    private final Map<Integer, Integer> given = new HashMap<>();
    private final Map<Integer, Need> needed = new HashMap<>();

    /** The widest atomic access of a function to memory that it was given. */
    private record Need(int bytes, int slot) {}

    /** A function is called with a pointer. */
    void gives(int function, PointerValue pointer) {
        // Frames begin anywhere, and what was given to the caller may be worse than it looks.
        boolean isUnknown = pointer.kind().isPacketMemory() || pointer.kind() == PointerKind.MEMORY;
        long bits = pointer.offset()
                | pointer.variable().bits().value()
                | pointer.variable().bits().mask();
        long aligned = isUnknown ? 1 : Long.lowestOneBit(bits | Long.BYTES);
        given.merge(function, (int) aligned, Math::min);
    }

    /** A function accesses memory that it was given, as if that was aligned. */
    void needs(int function, int bytes, int slot) {
        Need before = needed.get(function);
        if (before == null || before.bytes < bytes) {
            needed.put(function, new Need(bytes, slot));
        }
    }

    /** Compares both. */
    void check(Surroundings surroundings) {
        needed.forEach((function, need) -> {
            int aligned = given.getOrDefault(function, Long.BYTES);
            if (aligned < need.bytes) {
                throw surroundings.refuse(
                        need.slot,
                        ViolationKind.MISALIGNED,
                        "misaligned value access size " + need.bytes
                                + ": a call of this global function gives memory that is aligned to " + aligned
                                + " only");
            }
        });
    }
}
