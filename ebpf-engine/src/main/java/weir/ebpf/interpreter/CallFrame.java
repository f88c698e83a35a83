// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.interpreter;

import org.jspecify.annotations.Nullable;
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
    long r6;
    long r7;
    long r8;
    long r9;

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
        r6 = r[6];
        r7 = r[7];
        r8 = r[8];
        r9 = r[9];
    }

    void restore(long[] r) {
        r[6] = r6;
        r[7] = r7;
        r[8] = r8;
        r[9] = r9;
    }

    /** Lets go of what it refers to. */
    void clear() {
        returnCode = null;
        map = null;
    }
}
