// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.run;

import weir.ebpf.memory.Mem;
import weir.ebpf.program.ProgramFacts;

/**
 * The stack of one CPU's programs: 8 frames with a gap below each, so that running over a frame's border
 * is seen, and for each frame a place for the key that {@code bpf_for_each_map_elem} shows its callback.
 *
 * <pre>
 *  frame 0          frame 1                frame 7
 *  +------+------+  +------+------+       +------+------+  +-------+-------+-------+
 *  | gap  | 512 B|  | gap  | 512 B|  ...  | gap  | 512 B|  | key 0 |  ...  | key 7 |
 *  +------+------+  +------+------+       +------+------+  +-------+-------+-------+
 *                ^ r10
 * </pre>
 */
public final class StackMemory {
    /** Bytes that the owner provides, aligned to 8. */
    public static final int BYTES;

    private static final int FRAME = ProgramFacts.FRAME_STACK_BYTES;
    private static final int STRIDE = 2 * FRAME;
    private static final int KEYS = ProgramFacts.MAX_FRAMES * STRIDE;

    /** Longest key of a map whose elements can be visited. */
    public static final int KEY_BYTES = 512;

    static {
        BYTES = KEYS + ProgramFacts.MAX_FRAMES * KEY_BYTES;
    }

    private final long base;
    private final int[] keyBytes = new int[ProgramFacts.MAX_FRAMES];

    StackMemory(long base) {
        this.base = base;
        Mem.fill(base, BYTES, (byte) 0);
    }

    /** r10 of a frame. */
    long framePointer(int frame) {
        return base + (long) (frame + 1) * STRIDE;
    }

    /** Zeroes a frame, so that reading what was never written gives the same always. */
    void clear(int frame) {
        clear(frame, FRAME);
        hideKey(frame);
    }

    /** Zeroes the bytes of a frame that are next to r10. */
    void clear(int frame, int lengthBytes) {
        Mem.fill(framePointer(frame) - lengthBytes, lengthBytes, (byte) 0);
    }

    /** From now on the place of a frame's key is not readable. */
    void hideKey(int frame) {
        keyBytes[frame] = 0;
    }

    /** The place of a frame's key, from now on readable for so many bytes. */
    long showKey(int frame, int lengthBytes) {
        keyBytes[frame] = lengthBytes;
        return base + KEYS + (long) frame * KEY_BYTES;
    }

    /** Whether the bytes lie in one of the frames 0 to {@code depth}. */
    boolean contains(long address, long lengthBytes, int depth) {
        long offset = address - base;
        if (offset < 0 || offset >= (long) (depth + 1) * STRIDE) {
            return false;
        }
        long inFrame = offset % STRIDE - FRAME;
        return inFrame >= 0 && lengthBytes <= FRAME - inFrame;
    }

    boolean containsKey(long address, long lengthBytes, int depth) {
        long offset = address - base - KEYS;
        if (offset < 0 || offset >= (long) (depth + 1) * KEY_BYTES) {
            return false;
        }
        int frame = (int) (offset / KEY_BYTES);
        return offset % KEY_BYTES + lengthBytes <= keyBytes[frame];
    }

    /** Whether an address is in here at all, gaps included. */
    boolean isNear(long address) {
        return address >= base && address - base < BYTES;
    }
}
