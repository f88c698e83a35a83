// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import weir.ebpf.memory.Mem;

/**
 * How one value is copied: whole, or around its spin lock, which belongs to the place and not to the
 * value.
 *
 * @param bytes of one value
 * @param lockOffset of the spin lock, or {@link MapSpec#NO_SPIN_LOCK}
 */
record ValueShape(int bytes, int lockOffset) {
    static ValueShape of(MapSpec spec) {
        return new ValueShape(spec.valueBytes(), spec.spinLockOffset());
    }

    boolean hasLock() {
        return lockOffset >= 0;
    }

    /** Into a place in use. */
    void copy(long from, long to) {
        if (lockOffset < 0) {
            Words.copy(from, to, bytes);
            return;
        }
        int behind = lockOffset + ValueLock.BYTES;
        Words.copy(from, to, lockOffset);
        Words.copy(from + behind, to + behind, bytes - behind);
    }

    /** Into a fresh place: its lock is free. */
    void copyFresh(long from, long to) {
        copy(from, to);
        if (lockOffset >= 0) {
            Mem.putInt(to + lockOffset, 0);
        }
    }

    /** Into a place in use, whole for all that take the lock. */
    void copyLocked(long from, long to) {
        ValueLock.lock(to + lockOffset);
        copy(from, to);
        ValueLock.unlock(to + lockOffset);
    }

    /** Out of a place in use; the copy's lock reads as free. */
    void copyOut(long from, long to, boolean locked) {
        if (locked) {
            ValueLock.lock(from + lockOffset);
        }
        copyFresh(from, to);
        if (locked) {
            ValueLock.unlock(from + lockOffset);
        }
    }
}
