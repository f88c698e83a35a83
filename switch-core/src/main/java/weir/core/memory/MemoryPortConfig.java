// SPDX-License-Identifier: Apache-2.0
package weir.core.memory;

import weir.core.frame.FramePool;
import weir.core.ring.RingLayout;

/**
 * How an in-process port is made.
 *
 * @param ringFrames frames that each ring holds, rounded up to a power of two
 * @param mtuBytes see {@link weir.core.port.Port#mtuBytes()}
 * @param isolated copy each delivered frame into a slot that is charged to the receiving port, so that
 *     a receiver never sees memory that others can still write, and one that hoards frames starves only
 *     itself; without it frames are handed over by reference
 */
public record MemoryPortConfig(int ringFrames, int mtuBytes, boolean isolated) {
    /** 1,024 frames each way, an MTU of 1,500 bytes, frames by reference. */
    public static final MemoryPortConfig DEFAULT = new MemoryPortConfig(1024, 1500, false);

    private static final int MIN_MTU_BYTES = 68;
    private static final int MAX_MTU_BYTES = FramePool.MAX_LARGE_FRAME_BYTES - 64;

    public MemoryPortConfig {
        if (mtuBytes < MIN_MTU_BYTES || mtuBytes > MAX_MTU_BYTES) {
            throw new IllegalArgumentException(
                    "MTU " + mtuBytes + " is out of range [" + MIN_MTU_BYTES + ", " + MAX_MTU_BYTES + "]");
        }
        ringFrames = RingLayout.capacityFor(ringFrames);
    }

    public MemoryPortConfig withIsolated(boolean newIsolated) {
        return new MemoryPortConfig(ringFrames, mtuBytes, newIsolated);
    }

    public MemoryPortConfig withRingFrames(int newRingFrames) {
        return new MemoryPortConfig(newRingFrames, mtuBytes, isolated);
    }

    public MemoryPortConfig withMtuBytes(int newMtuBytes) {
        return new MemoryPortConfig(ringFrames, newMtuBytes, isolated);
    }
}
