// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.util.ArrayList;
import java.util.List;
import weir.ebpf.memory.Mem;

/** The consumer of a ring buffer of ours that looks at the records themselves, discarded ones included. */
public final class OwnRing {
    private OwnRing() {}

    /** Takes all records up to the first that was not submitted; no program runs meanwhile. */
    public static List<RingRecord> take(EbpfMap map) {
        RingBuffer ring = (RingBuffer) map;
        List<RingRecord> records = new ArrayList<>();
        long position = ring.query(RingBuffer.CONSUMER_POSITION);
        long end = ring.query(RingBuffer.PRODUCER_POSITION);
        while (position < end && !RingRecord.isBusy(head(ring, position))) {
            int head = head(ring, position);
            byte[] bytes = new byte[RingRecord.dataBytes(head)];
            Mem.copyTo(ring.record(position) + RingRecordLayout.HEAD_BYTES, bytes, 0, bytes.length);
            records.add(RingRecord.of(position, head, Bytes.of(bytes)));
            position += RingRecordLayout.recordBytes(bytes.length);
        }
        ring.consume((address, lengthBytes) -> {}, records.size());
        if (ring.query(RingBuffer.CONSUMER_POSITION) != position) {
            throw new IllegalStateException("the consumer is at " + ring.query(RingBuffer.CONSUMER_POSITION)
                    + " behind records up to " + position);
        }
        return records;
    }

    private static int head(RingBuffer ring, long position) {
        return Mem.getInt(ring.record(position));
    }
}
