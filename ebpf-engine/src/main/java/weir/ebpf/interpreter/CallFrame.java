// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.interpreter;

import org.jspecify.annotations.Nullable;
import weir.ebpf.isa.Instruction;
import weir.ebpf.map.EbpfMap;

/**
 * Where a function returns to, and what its caller keeps; one per depth, used again and again. A helper
 * that calls back has a frame of the callback, which returns to the helper for its next round.
 */
final class CallFrame {
    /** How a frame was entered. */
    enum Kind {
        CALL,
        LOOP,
        FOR_EACH
    }

    Kind kind = Kind.CALL;
    /** Caller's code; with {@link #returnSlot} where it goes on. */
    @Nullable
    PreparedCode returnCode;

    int returnSlot;
    /** Registers of the caller, by number. What a call leaves undefined, too: a helper may look at it. */
    final long[] kept = new long[Instruction.REGISTERS - 1];

    // of helpers that call back
    int function;
    long rounds;
    long round;
    long context;

    @Nullable
    EbpfMap map;
    /** Position in the map, in its own terms. */
    long cursor;

    void save(long[] r) {
        System.arraycopy(r, 0, kept, 0, kept.length);
    }

    /** All but r0, the result. */
    void restore(long[] r) {
        System.arraycopy(kept, 1, r, 1, kept.length - 1);
    }

    /** Lets go of what it refers to. */
    void clear() {
        returnCode = null;
        map = null;
    }
}
