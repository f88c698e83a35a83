// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.util.ArrayList;
import java.util.List;
import weir.ebpf.memory.Mem;

/**
 * QUEUE and STACK, {@code kernel/bpf/queue_stack_maps.c}: a ring of values under one spin lock. A queue
 * gives the oldest first, a stack the newest.
 *
 * <pre>
 *  state:  0 lock ({@link SpinWord}) | 8 oldest: index | 16 count     each 8 bytes
 *  values: maxEntries x stride
 * </pre>
 */
public final class QueueMap extends KeylessMap implements MessageMap {
    private static final int OLDEST_OFFSET = 8;
    private static final int COUNT_OFFSET = 16;
    private static final int STATE_BYTES = 24;

    private final long maxEntries = maxEntries();
    private final boolean isStack;
    private final int valueBytes;
    private final int strideBytes;
    private final long state;
    private final long values;

    QueueMap(MapSpec spec, MapMemory memory) {
        super(spec, memory, Errno.EINVAL, Errno.EINVAL);
        isStack = spec.type() == MapType.STACK;
        valueBytes = spec.valueBytes();
        strideBytes = Words.roundUp(valueBytes);
        state = memory.require(1, STATE_BYTES, "state");
        values = memory.require(maxEntries, strideBytes, "values");
    }

    @Override
    public int push(long valueAddress, long flags) {
        if (flags != MapFlags.ANY && flags != MapFlags.EXIST) {
            return -Errno.EINVAL;
        }
        SpinWord.lock(state);
        int result = 0;
        long oldest = Mem.getLong(state + OLDEST_OFFSET);
        long count = Mem.getLong(state + COUNT_OFFSET);
        if (count == maxEntries && flags != MapFlags.EXIST) {
            result = -Errno.E2BIG;
        } else {
            Words.copy(valueAddress, place(oldest + count), valueBytes);
            if (count == maxEntries) {
                Mem.putLong(state + OLDEST_OFFSET, (oldest + 1) % maxEntries);
            } else {
                Mem.putLong(state + COUNT_OFFSET, count + 1);
            }
        }
        SpinWord.unlock(state);
        return result;
    }

    @Override
    public int pop(long toAddress) {
        return get(toAddress, true);
    }

    @Override
    public int peek(long address) {
        return get(address, false);
    }

    private int get(long toAddress, boolean takesOut) {
        SpinWord.lock(state);
        int result = 0;
        long oldest = Mem.getLong(state + OLDEST_OFFSET);
        long count = Mem.getLong(state + COUNT_OFFSET);
        if (count == 0) {
            Words.zero(toAddress, valueBytes);
            result = -Errno.ENOENT;
        } else {
            Words.copy(place(isStack ? oldest + count - 1 : oldest), toAddress, valueBytes);
            if (takesOut) {
                Mem.putLong(state + COUNT_OFFSET, count - 1);
                Mem.putLong(state + OLDEST_OFFSET, isStack ? oldest : (oldest + 1) % maxEntries);
            }
        }
        SpinWord.unlock(state);
        return result;
    }

    /**
     * What the map holds at a moment.
     *
     * @param count values
     * @param values the first ones, in the order in which they would be popped
     */
    public record Contents(long count, List<Bytes> values) {}

    /** Copies up to {@code maxValues} values and takes none out. Programs wait meanwhile. */
    public Contents contents(int maxValues) {
        List<Bytes> copies = new ArrayList<>();
        SpinWord.lock(state);
        try {
            long oldest = Mem.getLong(state + OLDEST_OFFSET);
            long count = Mem.getLong(state + COUNT_OFFSET);
            for (long i = 0; i < Math.min(count, maxValues); i++) {
                long place = place(isStack ? oldest + count - 1 - i : oldest + i);
                copies.add(Bytes.of(Words.toArray(place, valueBytes)));
            }
            return new Contents(count, List.copyOf(copies));
        } finally {
            SpinWord.unlock(state);
        }
    }

    private long place(long index) {
        return values + index % maxEntries * strideBytes;
    }

    @Override
    int controlLookup(long key, long toAddress, boolean locked) {
        return peek(toAddress);
    }

    @Override
    int controlUpdate(long key, long value, long flags) {
        return push(value, flags);
    }

    @Override
    int controlTake(long key, long toAddress, boolean locked) {
        return pop(toAddress);
    }
}
