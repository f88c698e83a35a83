// SPDX-License-Identifier: Apache-2.0
package weir.core.capture;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;
import weir.core.frame.Mem;

/**
 * A captured frame in a {@link weir.core.frame.CopyRing}, which keeps time and length.
 *
 * <pre>
 *  byte 0                                                    8             12       16
 *  +----------+-------------+-----+--------------------------+-------------+--------+-----------+
 *  | port 16  | reason + 1  | out | length on the wire (17)  | lost before | 0      | frame ... |
 *  +----------+-------------+-----+--------------------------+-------------+--------+-----------+
 *   bits 63..48   47..40      39              16..0
 * </pre>
 */
final class RecordLayout {
    static final int HEAD_BYTES = 16;

    private static final int LOST_BYTE = 8;
    private static final int PORT_SHIFT = 48;
    private static final int REASON_SHIFT = 40;
    private static final int REASON_MASK = 0xff;
    private static final long OUT = 1L << 39;
    private static final int LENGTH_MASK = (1 << 17) - 1;

    private RecordLayout() {}

    /** What is the same for all frames of a call. */
    static long head(int portNumber, boolean isOut, @Nullable DropReason reason) {
        long code = reason == null ? 0 : 1L + reason.index();
        return ((long) portNumber << PORT_SHIFT) | (code << REASON_SHIFT) | (isOut ? OUT : 0);
    }

    static void write(long address, long head, int originalBytes, int lostBefore) {
        Mem.putLong(address, head | Math.min(originalBytes, LENGTH_MASK));
        Mem.putLong(address + LOST_BYTE, Integer.toUnsignedLong(lostBefore));
    }

    static long head(MemorySegment record) {
        return record.get(JAVA_LONG_UNALIGNED, 0);
    }

    static int lostBefore(MemorySegment record) {
        return record.get(JAVA_INT_UNALIGNED, LOST_BYTE);
    }

    static int portNumber(long head) {
        return (int) (head >>> PORT_SHIFT);
    }

    static boolean isOut(long head) {
        return (head & OUT) != 0;
    }

    static @Nullable DropReason reason(long head) {
        int code = (int) (head >>> REASON_SHIFT) & REASON_MASK;
        return code == 0 ? null : DropReason.ALL.get(code - 1);
    }

    static int originalBytes(long head) {
        return (int) head & LENGTH_MASK;
    }
}
