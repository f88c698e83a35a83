// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.ebpf.memory.Mem;

/**
 * RINGBUF, {@code kernel/bpf/ringbuf.c}: records from any number of programs to one consumer, in the order
 * they were reserved.
 *
 * <pre>
 *  data: 2 x size                              starts: a bit for each 8 bytes of the first half
 *  +--------------------+--------------------+
 *  |  records begin in  | what reaches over  |  Positions only grow; position mod size is the offset.
 *  |  the first half    | lies in the second |  The kernel maps its pages twice to the same end.
 *  +--------------------+--------------------+
 * </pre>
 *
 * <p>The start bits tell which record an address lies in. Programs write into records that were reserved
 * and not yet submitted, and into nothing else.
 */
public final class RingBuffer extends KeylessMap {
    /** Flag of submit, discard and output: wake nobody. */
    public static final long NO_WAKEUP = 1;
    /** Flag of submit, discard and output: wake the consumer in any case. */
    public static final long FORCE_WAKEUP = 2;

    /** {@code BPF_RB_AVAIL_DATA} and so on: what {@link #query} is asked for. */
    static final long AVAILABLE = 0;

    static final long RING_SIZE = 1;
    static final long CONSUMER_POSITION = 2;
    static final long PRODUCER_POSITION = 3;

    private static final long PRODUCER_OFFSET = MapMemory.CACHE_LINE_BYTES;
    private static final long CONSUMER_OFFSET = 2 * MapMemory.CACHE_LINE_BYTES;
    /** First record that may still be unsubmitted. */
    private static final long PENDING_OFFSET = PRODUCER_OFFSET + Long.BYTES;

    /** Reservations refused for want of room; written under the lock. */
    private static final long REFUSED_OFFSET = PENDING_OFFSET + Long.BYTES;

    private static final long STATE_BYTES = 3 * MapMemory.CACHE_LINE_BYTES;
    private static final int UNIT_BYTES = RingRecordLayout.HEAD_BYTES;
    private final long size;
    private final long mask;
    private final long state;
    private final long data;
    private final long starts;
    private volatile Runnable wakeup = RingBuffer::wakeNobody;

    RingBuffer(MapSpec spec, MapMemory memory) {
        super(spec, memory, Errno.ENOTSUPP, Errno.ENOTSUPP);
        size = maxEntries();
        mask = size - 1;
        state = memory.require(1, STATE_BYTES, "state");
        data = memory.require(2, size, "data");
        starts = memory.require(size / UNIT_BYTES / Long.SIZE, Long.BYTES, "starts");
    }

    // ---- programs -----------------------------------------------------------------------------------------

    /**
     * {@code bpf_ringbuf_reserve}.
     *
     * @return address of {@code lengthBytes} bytes to fill, or 0: no room, too long, or flags
     */
    public long reserve(long lengthBytes, long flags) {
        if (flags != 0 || lengthBytes < 0 || lengthBytes > RingRecordLayout.MAX_DATA_BYTES) {
            return MapMemory.NONE;
        }
        long recordBytes = RingRecordLayout.recordBytes(lengthBytes);
        if (recordBytes > size) {
            return MapMemory.NONE;
        }
        SpinWord.lock(state);
        long position = Mem.getLong(state + PRODUCER_OFFSET);
        long end = position + recordBytes;
        if (end - Mem.getLongAcquire(state + CONSUMER_OFFSET) > mask || end - firstPending(position) > mask) {
            Mem.putLong(state + REFUSED_OFFSET, Mem.getLong(state + REFUSED_OFFSET) + 1);
            SpinWord.unlock(state);
            return MapMemory.NONE;
        }
        markStart(position & mask, recordBytes);
        long record = record(position);
        RingRecordLayout.reserve(record, (int) lengthBytes);
        Mem.putLongRelease(state + PRODUCER_OFFSET, end);
        SpinWord.unlock(state);
        return record + RingRecordLayout.HEAD_BYTES;
    }

    /** Address of the record that begins at a position. */
    long record(long position) {
        return data + (position & mask);
    }

    /** Moves over what was submitted meanwhile; under the lock. */
    private long firstPending(long producer) {
        long pending = Mem.getLong(state + PENDING_OFFSET);
        while (pending < producer) {
            int head = RingRecordLayout.head(record(pending));
            if (RingRecordLayout.isBusy(head)) {
                break;
            }
            pending += RingRecordLayout.recordBytes(RingRecordLayout.dataBytes(head));
        }
        Mem.putLong(state + PENDING_OFFSET, pending);
        return pending;
    }

    /** {@code bpf_ringbuf_submit}. The address is one that {@link #reserve} gave. */
    public void submit(long address, long flags) {
        commit(address, flags, false);
    }

    /** {@code bpf_ringbuf_discard}: the consumer skips the record. */
    public void discard(long address, long flags) {
        commit(address, flags, true);
    }

    private void commit(long address, long flags, boolean isDiscarded) {
        long record = address - RingRecordLayout.HEAD_BYTES;
        RingRecordLayout.commit(record, isDiscarded);
        long consumer = Mem.getLongAcquire(state + CONSUMER_OFFSET) & mask;
        if ((flags & FORCE_WAKEUP) != 0 || (consumer == record - data && (flags & NO_WAKEUP) == 0)) {
            wakeup.run();
        }
    }

    /** {@code bpf_ringbuf_output}: 0, {@code -EINVAL} for unknown flags, {@code -EAGAIN} without room. */
    public int output(long address, long lengthBytes, long flags) {
        if ((flags & ~(NO_WAKEUP | FORCE_WAKEUP)) != 0) {
            return -Errno.EINVAL;
        }
        long to = reserve(lengthBytes, 0);
        if (to == MapMemory.NONE) {
            return -Errno.EAGAIN;
        }
        Mem.copy(address, to, lengthBytes);
        commit(to, flags, false);
        return 0;
    }

    /** {@code bpf_ringbuf_query}; 0 for what it does not know. */
    public long query(long what) {
        long consumer = Mem.getLongAcquire(state + CONSUMER_OFFSET);
        long producer = Mem.getLongAcquire(state + PRODUCER_OFFSET);
        if (what == AVAILABLE) {
            return producer - consumer;
        }
        if (what == RING_SIZE) {
            return size;
        }
        if (what == CONSUMER_POSITION) {
            return consumer;
        }
        return what == PRODUCER_POSITION ? producer : 0;
    }

    // ---- which record an address lies in -------------------------------------------------------------------

    private void markStart(long offset, long recordBytes) {
        long unit = offset / UNIT_BYTES;
        long end = unit + recordBytes / UNIT_BYTES;
        long units = size / UNIT_BYTES;
        clearStarts(unit, Math.min(end, units));
        clearStarts(0, end - units);
        long word = startsWord(unit);
        Mem.putLong(word, Mem.getLong(word) | 1L << unit);
    }

    private void clearStarts(long fromUnit, long toUnit) {
        long unit = fromUnit;
        while (unit < toUnit) {
            long inWord = unit % Long.SIZE;
            long count = Math.min(Long.SIZE - inWord, toUnit - unit);
            long bits = (count == Long.SIZE ? -1L : (1L << count) - 1) << inWord;
            Mem.putLong(startsWord(unit), Mem.getLong(startsWord(unit)) & ~bits);
            unit += count;
        }
    }

    private long startsWord(long unit) {
        return starts + unit / Long.SIZE * Long.BYTES;
    }

    /** Offset where the record begins that reaches up to an offset of the data, or -1. */
    private long startBefore(long offset) {
        long unit = Math.min(offset, mask) / UNIT_BYTES;
        long bits = Mem.getLongAcquire(startsWord(unit)) & -1L >>> (Long.SIZE - 1 - unit % Long.SIZE);
        while (bits == 0) {
            unit = unit / Long.SIZE * Long.SIZE - 1;
            if (unit < 0) {
                return -1;
            }
            bits = Mem.getLongAcquire(startsWord(unit));
        }
        return (unit / Long.SIZE * Long.SIZE + Long.SIZE - 1 - Long.numberOfLeadingZeros(bits)) * UNIT_BYTES;
    }

    @Override
    public boolean contains(long address, long lengthBytes) {
        long offset = address - data;
        if (offset < 0 || offset >= 2 * size || lengthBytes < 0) {
            return false;
        }
        long start = startBefore(offset);
        if (start < 0) {
            return false;
        }
        int head = RingRecordLayout.head(data + start);
        long inData = offset - start - RingRecordLayout.HEAD_BYTES;
        return RingRecordLayout.isBusy(head) && inData >= 0 && lengthBytes <= RingRecordLayout.dataBytes(head) - inData;
    }

    /** Records that programs wanted to write and could not, since the consumer left no room. Any thread. */
    public long refused() {
        return Mem.getLongAcquire(state + REFUSED_OFFSET);
    }

    // ---- consumer -----------------------------------------------------------------------------------------

    /** Takes records; called by {@link #consume}. */
    @FunctionalInterface
    public interface Reader {
        /** One record: {@code lengthBytes} bytes at an address, valid during the call. */
        void accept(long address, int lengthBytes);

        /** A record of {@code lengthBytes} bytes that its program threw away; its bytes are nobody's. */
        default void discarded(int lengthBytes) {}
    }

    /**
     * Hands over submitted records in order, up to the first that is not. One thread at a time. Allocates
     * nothing. A record is given back to the producers when the reader returns.
     *
     * @param maxRecords most records to hand over; discarded ones are told of and not counted
     * @return how many were
     */
    public int consume(Reader reader, int maxRecords) {
        long consumer = Mem.getLong(state + CONSUMER_OFFSET);
        int count = 0;
        while (count < maxRecords && consumer < Mem.getLongAcquire(state + PRODUCER_OFFSET)) {
            long record = record(consumer);
            int head = RingRecordLayout.head(record);
            if (RingRecordLayout.isBusy(head)) {
                break;
            }
            int dataBytes = RingRecordLayout.dataBytes(head);
            if (RingRecordLayout.isDiscarded(head)) {
                reader.discarded(dataBytes);
            } else {
                reader.accept(record + RingRecordLayout.HEAD_BYTES, dataBytes);
                count++;
            }
            consumer += RingRecordLayout.recordBytes(dataBytes);
            // The exchange orders it before the next look at the producer, as a commit orders its head before
            // its look at the consumer: one of the two sees the other, no wake-up is lost.
            Mem.getAndSetLong(state + CONSUMER_OFFSET, consumer);
        }
        return count;
    }

    /**
     * A record that was read.
     *
     * @param data null when its program threw it away
     */
    public record Taken(int lengthBytes, @Nullable Bytes data) {}

    /** Copies of submitted records, as {@link #consume} hands them over, and what was discarded among them. */
    public List<Taken> take(int maxRecords) {
        List<Taken> taken = new ArrayList<>();
        consume(
                new Reader() {
                    @Override
                    public void accept(long address, int lengthBytes) {
                        taken.add(new Taken(lengthBytes, Bytes.of(Words.toArray(address, lengthBytes))));
                    }

                    @Override
                    public void discarded(int lengthBytes) {
                        taken.add(new Taken(lengthBytes, null));
                    }
                },
                maxRecords);
        return taken;
    }

    /**
     * Sets what a program's thread runs when the consumer has to look: a flag or a counter, nothing that
     * blocks, throws or takes long. As in the kernel it runs when the record submitted is the one that the
     * consumer comes to next, or when forced.
     */
    public void onWakeup(Runnable action) {
        wakeup = action;
    }

    private static void wakeNobody() {}

    @Override
    int controlLookup(long key, long toAddress, boolean locked) {
        return -Errno.ENOTSUPP;
    }
}
