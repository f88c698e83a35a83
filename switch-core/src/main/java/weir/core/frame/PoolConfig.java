// SPDX-License-Identifier: Apache-2.0
package weir.core.frame;

/**
 * Size of a switch's frame pool.
 *
 * @param smallSlotsPerWorker slots of 2 KiB in each worker's home
 * @param largeSlotsPerWorker slots of 64 KiB and headroom in each worker's home, for jumbo and GSO
 *     frames
 * @param creditPerPort slots of one worker's home that the frames of one ingress port may hold at
 *     the same time, so that one slow receiver cannot starve the others
 */
public record PoolConfig(int smallSlotsPerWorker, int largeSlotsPerWorker, int creditPerPort) {
    /** 32 MiB of small slots and 4 MiB of large ones for each worker. */
    public static final PoolConfig DEFAULT = new PoolConfig(16_384, 64, 4_096);

    public PoolConfig {
        requireRange("smallSlotsPerWorker", smallSlotsPerWorker, 64, 1 << 24);
        requireRange("largeSlotsPerWorker", largeSlotsPerWorker, 0, 1 << 20);
        requireRange("creditPerPort", creditPerPort, 1, 1 << 24);
    }

    private static void requireRange(String what, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(what + " " + value + " is out of range [" + min + ", " + max + "]");
        }
    }
}
