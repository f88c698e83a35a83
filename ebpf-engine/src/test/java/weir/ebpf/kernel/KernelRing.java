// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

import java.util.ArrayList;
import java.util.List;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.RingRecord;
import weir.ebpf.memory.Mem;

/**
 * The consumer of a ring buffer of the running kernel, {@code kernel/bpf/ringbuf.c}. One thread, and no program
 * runs meanwhile.
 *
 * <pre>
 *  offset 0           one page, writable: consumer position
 *  offset one page    one page: producer position; behind it the data, twice
 * </pre>
 */
public final class KernelRing implements AutoCloseable {
    private static final int PAGE_BYTES = 4096;

    private final int sizeBytes;
    private final long consumer;
    private final long producer;
    private final long data;

    /** The ring of a map with so many bytes. */
    public KernelRing(KernelMap map, int sizeBytes) {
        this.sizeBytes = sizeBytes;
        consumer = NativeCalls.map(map.fd(), PAGE_BYTES, NativeCalls.PROT_READ_WRITE, 0);
        producer = NativeCalls.map(map.fd(), mappedBytes(), NativeCalls.PROT_READ, PAGE_BYTES);
        data = producer + PAGE_BYTES;
    }

    private long mappedBytes() {
        return PAGE_BYTES + 2L * sizeBytes;
    }

    /** Takes all records up to the first that was not submitted. */
    public List<RingRecord> take() {
        List<RingRecord> records = new ArrayList<>();
        long position = Mem.getLong(consumer);
        while (position < Mem.getLong(producer)) {
            long record = data + (position & (sizeBytes - 1L));
            int head = Mem.getInt(record);
            if (RingRecord.isBusy(head)) {
                break;
            }
            byte[] bytes = new byte[RingRecord.dataBytes(head)];
            Mem.copyTo(record + RingRecord.HEAD_BYTES, bytes, 0, bytes.length);
            records.add(RingRecord.of(position, head, Bytes.of(bytes)));
            position += RingRecord.recordBytes(head);
            Mem.putLong(consumer, position);
        }
        return records;
    }

    @Override
    public void close() {
        NativeCalls.unmap(consumer, PAGE_BYTES);
        NativeCalls.unmap(producer, mappedBytes());
    }
}
