// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import weir.ebpf.memory.Mem;

/**
 * {@code struct bpf_spin_lock} inside a map's value, {@code uapi/linux/bpf.h}: four aligned bytes, 0 when
 * free, 1 when taken. Programs take it by {@code bpf_spin_lock}, updates and lookups by
 * {@link MapFlags#LOCK}.
 */
public final class ValueLock {
    public static final int BYTES = 4;

    private static final int FREE = 0;
    private static final int TAKEN = 1;

    private ValueLock() {}

    /** Spins until the lock is the caller's. */
    public static void lock(long address) {
        for (int spins = 1; Mem.compareAndExchangeInt(address, FREE, TAKEN) != FREE; spins++) {
            SpinWord.pause(spins);
        }
    }

    public static void unlock(long address) {
        Mem.putIntRelease(address, FREE);
    }
}
