// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct ifreq} of {@code uapi/linux/if.h}, as TUNSETIFF, TUNGETIFF and TUNSETQUEUE use it; SIOCSIFMTU
 * has an int where they have flags.
 *
 * <pre>
 *  0               16      18                40
 *  +---------------+-------+-----------------+
 *  | ifr_name[16]  | flags | (union, unused) |
 *  +---------------+-------+-----------------+
 * </pre>
 */
final class IfreqLayout {
    static final int NAME_BYTES = 16;
    static final int BYTES = 40;
    private static final int FLAGS = 16;

    private IfreqLayout() {}

    static MemorySegment allocate(Arena arena, String name, int flags) {
        MemorySegment ifreq = arena.allocate(BYTES, 8);
        ifreq.setString(0, name);
        ifreq.set(JAVA_SHORT, FLAGS, (short) flags);
        return ifreq;
    }

    static MemorySegment allocateWithMtu(Arena arena, String name, int mtuBytes) {
        MemorySegment ifreq = allocate(arena, name, 0);
        ifreq.set(JAVA_INT, FLAGS, mtuBytes);
        return ifreq;
    }

    static String name(MemorySegment ifreq) {
        return ifreq.getString(0);
    }
}
