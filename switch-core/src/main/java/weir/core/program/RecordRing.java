// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import weir.core.frame.Mem;
import weir.ebpf.map.Bytes;

/**
 * Bytes that programs hand to control code: records of two pieces, bounded, outside the heap. Writers are workers,
 * which never wait: one that finds another at work, or no room, loses its record and counts it. Readers are control
 * threads, one at a time.
 *
 * <pre>
 *  0          4          8          12         16         24
 *  +----------+----------+----------+----------+----------+---------------+---------------+-------+
 *  | first    | second   | worker   | 0        | nanos    | first piece   | second piece  | to 8  |
 *  | bytes    | bytes    |          |          |          |               |               |       |
 *  +----------+----------+----------+----------+----------+---------------+---------------+-------+
 *    first bytes -1: the ring goes on at its start
 * </pre>
 */
final class RecordRing {
    private static final int SECOND_OFFSET = 4;
    private static final int WORKER_OFFSET = 8;
    private static final int NANOS_OFFSET = 16;
    private static final int HEAD_BYTES = 24;
    private static final int WRAP = -1;
    private static final int ALIGNMENT = 8;

    private final MemorySegment memory;
    private final long base;
    private final long size;
    private final AtomicBoolean isWriting = new AtomicBoolean();
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong read = new AtomicLong();

    /** @param sizeBytes a power of two */
    RecordRing(int sizeBytes) {
        size = sizeBytes;
        // Collected with the ring: closing a shared arena would stop every thread, workers among them, for a moment.
        memory = Arena.ofAuto().allocate(sizeBytes, ALIGNMENT);
        base = memory.address();
    }

    /** One record, copied. */
    record Taken(int worker, long nanos, Bytes first, Bytes second) {}

    /** Writes a record; false when it is lost. Workers; neither waits nor allocates. */
    boolean write(int worker, long nanos, long first, int firstBytes, long second, int secondBytes) {
        if (!isWriting.compareAndSet(false, true)) {
            lost.incrementAndGet();
            return false;
        }
        boolean fits;
        try {
            fits = append(worker, nanos, first, firstBytes, second, secondBytes);
        } finally {
            Reference.reachabilityFence(memory); // it is written to by address
        }
        isWriting.set(false);
        if (!fits) {
            lost.incrementAndGet();
        }
        return fits;
    }

    private boolean append(int worker, long nanos, long first, int firstBytes, long second, int secondBytes) {
        long bytes = recordBytes(firstBytes, secondBytes);
        long position = written.get();
        long offset = position & (size - 1);
        long toEnd = size - offset;
        long needed = bytes <= toEnd ? bytes : toEnd + bytes;
        if (position + needed - read.get() > size) {
            return false;
        }
        if (bytes > toEnd) {
            Mem.putInt(base + offset, WRAP);
            position += toEnd;
            offset = 0;
        }
        long record = base + offset;
        Mem.putInt(record, firstBytes);
        Mem.putInt(record + SECOND_OFFSET, secondBytes);
        Mem.putInt(record + WORKER_OFFSET, worker);
        Mem.putLong(record + NANOS_OFFSET, nanos);
        Mem.copy(first, record + HEAD_BYTES, firstBytes);
        Mem.copy(second, record + HEAD_BYTES + firstBytes, secondBytes);
        written.set(position + bytes);
        return true;
    }

    private static long recordBytes(int firstBytes, int secondBytes) {
        long bytes = (long) HEAD_BYTES + firstBytes + secondBytes;
        return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
    }

    /** The oldest record; null when there is none. */
    synchronized @Nullable Taken take() {
        long position = read.get();
        if (position == written.get()) {
            return null;
        }
        long offset = position & (size - 1);
        int firstBytes = memory.get(ValueLayout.JAVA_INT, offset);
        if (firstBytes == WRAP) {
            position += size - offset;
            offset = 0;
            firstBytes = memory.get(ValueLayout.JAVA_INT, offset);
        }
        int secondBytes = memory.get(ValueLayout.JAVA_INT, offset + SECOND_OFFSET);
        Taken taken = new Taken(
                memory.get(ValueLayout.JAVA_INT, offset + WORKER_OFFSET),
                memory.get(ValueLayout.JAVA_LONG, offset + NANOS_OFFSET),
                bytes(offset + HEAD_BYTES, firstBytes),
                bytes(offset + HEAD_BYTES + firstBytes, secondBytes));
        read.set(position + recordBytes(firstBytes, secondBytes));
        return taken;
    }

    private Bytes bytes(long offset, int count) {
        return Bytes.of(memory.asSlice(offset, count).toArray(ValueLayout.JAVA_BYTE));
    }

    /** Records that found no room, or another writer. */
    long lost() {
        return lost.get();
    }
}
