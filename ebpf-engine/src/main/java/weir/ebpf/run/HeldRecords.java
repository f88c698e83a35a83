// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.run;

import org.jspecify.annotations.Nullable;
import weir.ebpf.map.RingBuffer;

/** Ring buffer records that a program has reserved and neither submitted nor discarded. */
public final class HeldRecords {
    private final long[] addresses;
    private final long[] lengths;
    private final @Nullable RingBuffer[] rings;
    private int count;

    HeldRecords(int capacity) {
        addresses = new long[capacity];
        lengths = new long[capacity];
        rings = new RingBuffer[capacity];
    }

    public int count() {
        return count;
    }

    public boolean isFull() {
        return count == addresses.length;
    }

    /** Remembers a record; there must be room. */
    void add(RingBuffer ring, long address, long lengthBytes) {
        addresses[count] = address;
        lengths[count] = lengthBytes;
        rings[count] = ring;
        count++;
    }

    /** Whether a record begins here. */
    public boolean isRecord(long address) {
        return indexOf(address) >= 0;
    }

    /** Whether the bytes lie in one record. */
    boolean contains(long address, long lengthBytes) {
        for (int i = 0; i < count; i++) {
            long offset = address - addresses[i];
            if (offset >= 0 && lengthBytes <= lengths[i] && offset <= lengths[i] - lengthBytes) {
                return true;
            }
        }
        return false;
    }

    /** Forgets the record that begins here and returns its ring; null if there is none. */
    public @Nullable RingBuffer remove(long address) {
        int index = indexOf(address);
        if (index < 0) {
            return null;
        }
        RingBuffer ring = rings[index];
        count--;
        addresses[index] = addresses[count];
        lengths[index] = lengths[count];
        rings[index] = rings[count];
        rings[count] = null;
        return ring;
    }

    /** Gives all of them up. */
    void discardAll() {
        while (count != 0) {
            long address = addresses[0];
            RingBuffer ring = remove(address);
            if (ring != null) {
                ring.discard(address, 0);
            }
        }
    }

    private int indexOf(long address) {
        for (int i = 0; i < count; i++) {
            if (addresses[i] == address) {
                return i;
            }
        }
        return -1;
    }
}
