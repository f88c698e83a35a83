// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.lang.invoke.VarHandle;
import weir.ebpf.memory.Mem;

/**
 * A spin lock with a version, in four aligned bytes outside the heap, for structures that writers change
 * under the lock while readers go without.
 *
 * <pre>
 *  31                                            1   0
 * +----------------------------------------------+---+
 * |  version: how often the lock was given back   | L |   L: 1 while taken
 * +----------------------------------------------+---+
 * </pre>
 *
 * <p>A writer changes links by single release stores and gives memory that it took out of the structure
 * back for reuse only after {@link #unlock}. So a reader that finds the same {@link #version} before and
 * after its walk has seen no reused memory: what it found, or did not find, was so. The reader's
 * {@code version} pairs with the writer's release in {@code unlock}.
 */
final class SpinWord {
    /** After so many walks in vain a reader takes the lock. */
    static final int PATIENCE = 16;

    static final int SPINS_PER_YIELD = 256;

    private SpinWord() {}

    static void lock(long address) {
        for (int spins = 1; ; spins++) {
            int word = Mem.getIntAcquire(address);
            if ((word & 1) == 0 && Mem.compareAndExchangeInt(address, word, word | 1) == word) {
                return;
            }
            pause(spins);
        }
    }

    static void unlock(long address) {
        Mem.putIntRelease(address, Mem.getInt(address) + 1);
    }

    static int version(long address) {
        return Mem.getIntAcquire(address) >>> 1;
    }

    /** Whether the version is still that one, asked after all reads of the walk. */
    static boolean isUnchanged(long address, int version) {
        VarHandle.acquireFence();
        return version(address) == version;
    }

    /** The holder may have lost its CPU: a waiter gives up its own from time to time. */
    @SuppressWarnings("ThreadPriorityCheck")
    static void pause(int spins) {
        if (spins % SPINS_PER_YIELD == 0) {
            Thread.yield();
        } else {
            Thread.onSpinWait();
        }
    }
}
