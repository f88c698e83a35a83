// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import weir.ebpf.memory.Mem;

/**
 * Equal elements in native memory, each free or handed out, at addresses that never change. All at once,
 * or in chunks that double what there is. Any number of threads; only growing takes a lock and may
 * allocate. Elements begin with {@link ElementLayout}.
 *
 * <p>Free elements are a stack, last in, first out, its head with a counter against ABA; behind it those
 * never used so far.
 *
 * <pre>
 *  head:  63          32 31           0        fresh: first index never used
 *        +--------------+--------------+
 *        |    counter   |  1 + index   |
 *        +--------------+--------------+
 * </pre>
 */
final class ElementPool {
    private static final int FIRST_CHUNK_ELEMENTS = 64;
    private static final int FRESH_OFFSET = 8;
    private static final long HEADS_BYTES = MapMemory.CACHE_LINE_BYTES;
    private static final long COUNTER_ONE = 1L << 32;
    private static final int MAX_CHUNKS = 33;

    private final MapMemory memory;
    private final long capacity;
    private final int firstShift;
    private final Stride stride;
    private final long[] chunkAddresses = new long[MAX_CHUNKS];
    private final long[] chunkElements = new long[MAX_CHUNKS];
    private final long heads;
    private volatile int chunks;
    private volatile long available;
    private volatile boolean isRefused;

    /**
     * @param capacity most elements, below 2^31
     * @param elementBytes a multiple of 8
     * @param grows whether to begin small
     */
    ElementPool(MapMemory memory, long capacity, int elementBytes, boolean grows) {
        this.memory = memory;
        this.capacity = capacity;
        stride = new Stride(elementBytes);
        long first = grows ? Math.min(FIRST_CHUNK_ELEMENTS, capacity) : capacity;
        firstShift = first == capacity ? Integer.SIZE - 1 : Integer.numberOfTrailingZeros(FIRST_CHUNK_ELEMENTS);
        heads = memory.require(1, HEADS_BYTES, "heads");
        addChunk(memory.require(first, elementBytes, "elements"), first);
    }

    long capacity() {
        return capacity;
    }

    /** Whether so many elements can exist: memory for them is there or not refused so far. */
    boolean canReach(long elements) {
        return !isRefused || available >= elements;
    }

    /** Elements ever handed out: indices in use are below. */
    long used() {
        return Mem.getLongAcquire(heads + FRESH_OFFSET);
    }

    /** An element of whoever asks, or 0: none is free now, or the memory's limit is reached. */
    long take() {
        while (true) {
            long head = Mem.getLongAcquire(heads);
            int link = (int) head;
            if (link == 0) {
                return takeFresh();
            }
            long element = address(link - 1);
            long changed = (head & -COUNTER_ONE) + COUNTER_ONE | ElementLayout.nextFree(element);
            if (Mem.compareAndExchangeLong(heads, head, changed) == head) {
                return element;
            }
        }
    }

    private long takeFresh() {
        while (true) {
            long index = used();
            if (index >= available && !grow(index)) {
                return MapMemory.NONE;
            }
            if (Mem.compareAndExchangeLong(heads + FRESH_OFFSET, index, index + 1) == index) {
                long element = address((int) index);
                ElementLayout.setIndex(element, (int) index);
                return element;
            }
        }
    }

    /** No link leads to the element any more, and the version of the lock that guarded it has moved on. */
    void giveBack(long element) {
        int link = ElementLayout.index(element) + 1;
        while (true) {
            long head = Mem.getLongAcquire(heads);
            ElementLayout.setNextFree(element, (int) head);
            if (Mem.compareAndExchangeLong(heads, head, (head & -COUNTER_ONE) + COUNTER_ONE | link) == head) {
                return;
            }
        }
    }

    long address(int index) {
        int chunk = Integer.SIZE - Integer.numberOfLeadingZeros(index >>> firstShift);
        long from = chunk == 0 ? 0 : 1L << (firstShift + chunk - 1);
        return chunkAddresses[chunk] + (index - from) * stride.bytes();
    }

    /** Offset inside its element of an address of the pool, or -1. */
    long offsetInElement(long address) {
        for (int i = chunks - 1; i >= 0; i--) {
            long offset = address - chunkAddresses[i];
            if (offset >= 0 && offset < chunkElements[i] * stride.bytes()) {
                return offset - stride.indexOf(offset) * stride.bytes();
            }
        }
        return -1;
    }

    private synchronized boolean grow(long index) {
        if (index < available) {
            return true;
        }
        long count = Math.min(available, capacity - available);
        long address = count == 0 ? MapMemory.NONE : memory.allocate(count * stride.bytes());
        if (address == MapMemory.NONE) {
            isRefused = true;
            return false;
        }
        addChunk(address, count);
        return true;
    }

    private void addChunk(long address, long elements) {
        int chunk = chunks;
        long before = available;
        chunkAddresses[chunk] = address;
        chunkElements[chunk] = elements;
        chunks = chunk + 1;
        available = before + elements;
    }
}
