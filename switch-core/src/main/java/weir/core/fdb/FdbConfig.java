// SPDX-License-Identifier: Apache-2.0
package weir.core.fdb;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Limits and times of a forwarding database.
 *
 * @param capacity most entries, static ones included
 * @param portQuota most dynamic entries of one port
 * @param ageingSeconds a dynamic entry whose address was not seen for this long goes; 15 to 3600, up
 *     to one refresh interval later
 * @param flapMovesPerSecond an address that moves more often is flapping
 * @param flapHoldSeconds how long a flapping address then stays where it was before
 * @param hashSeed makes collisions unpredictable from outside
 */
public record FdbConfig(
        int capacity, int portQuota, int ageingSeconds, int flapMovesPerSecond, int flapHoldSeconds, long hashSeed) {
    private static final int DEFAULT_CAPACITY = 8192;

    public FdbConfig {
        requireRange("FDB capacity", capacity, 16, 1 << 20);
        requireRange("FDB port quota", portQuota, 1, capacity);
        requireRange("FDB ageing seconds", ageingSeconds, 15, 3600);
        requireRange("flap moves per second", flapMovesPerSecond, 1, 1_000_000);
        requireRange("flap hold seconds", flapHoldSeconds, 1, 3600);
    }

    /** 8,192 entries, 512 a port, 300 s, more than 10 moves a second hold for 5 s, random seed. */
    public static FdbConfig defaults() {
        return withCapacity(DEFAULT_CAPACITY);
    }

    /** Defaults with another capacity; a port's quota is a sixteenth of it, at least 256. */
    public static FdbConfig withCapacity(int capacity) {
        int quota = Math.min(capacity, Math.max(256, capacity / 16));
        return new FdbConfig(
                capacity, quota, 300, 10, 5, ThreadLocalRandom.current().nextLong());
    }

    public FdbConfig withPortQuota(int quota) {
        return new FdbConfig(capacity, quota, ageingSeconds, flapMovesPerSecond, flapHoldSeconds, hashSeed);
    }

    public FdbConfig withAgeingSeconds(int seconds) {
        return new FdbConfig(capacity, portQuota, seconds, flapMovesPerSecond, flapHoldSeconds, hashSeed);
    }

    public FdbConfig withHashSeed(long seed) {
        return new FdbConfig(capacity, portQuota, ageingSeconds, flapMovesPerSecond, flapHoldSeconds, seed);
    }

    /** An entry is refreshed at most once in this time, so that busy addresses cost no stores. */
    int refreshSeconds() {
        return Math.max(1, Math.min(10, ageingSeconds / 15));
    }

    private static void requireRange(String what, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(what + " " + value + " is out of range [" + min + ", " + max + "]");
        }
    }
}
