// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import weir.ebpf.map.Errno;

/**
 * Who listens to the perf event arrays of one place of a switch: for each consumer a ring for each worker. As on Linux
 * an event that nobody listens to is an error to the program, and one that finds no room is lost.
 */
final class PerfEvents {
    private volatile Consumer[] consumers = {};

    /** Called by workers. */
    int write(String map, int worker, long data, int dataBytes, long frame, int frameBytes) {
        int result = -Errno.ENOENT;
        for (Consumer consumer : consumers) {
            if (consumer.map.equals(map)) {
                boolean isTaken =
                        consumer.rings[worker].write(worker, System.nanoTime(), data, dataBytes, frame, frameBytes);
                result = isTaken ? 0 : -Errno.ENOSPC;
            }
        }
        return result;
    }

    /**
     * Listens to a map.
     *
     * @param bytesPerWorker size of each worker's ring, a power of two
     */
    synchronized EventConsumer open(String map, int workers, int bytesPerWorker) {
        Consumer consumer = new Consumer(map, workers, bytesPerWorker);
        Consumer[] changed = Arrays.copyOf(consumers, consumers.length + 1);
        changed[consumers.length] = consumer;
        consumers = changed;
        return consumer;
    }

    private synchronized void remove(Consumer consumer) {
        consumers =
                Arrays.stream(consumers).filter(each -> !each.equals(consumer)).toArray(Consumer[]::new);
    }

    /** Ends all consumers. */
    synchronized void close() {
        consumers = new Consumer[0];
    }

    private final class Consumer implements EventConsumer {
        private final String map;
        private final RecordRing[] rings;
        private int next;

        Consumer(String map, int workers, int bytesPerWorker) {
            this.map = map;
            rings = new RecordRing[workers];
            for (int i = 0; i < workers; i++) {
                rings[i] = new RecordRing(bytesPerWorker);
            }
        }

        @Override
        public String map() {
            return map;
        }

        @Override
        public synchronized List<EventRecord> poll(int maxRecords) {
            List<EventRecord> records = new ArrayList<>();
            for (int empty = 0; empty < rings.length && records.size() < maxRecords; ) {
                RecordRing.Taken taken = rings[next].take();
                if (taken == null) {
                    empty++;
                    next = (next + 1) % rings.length;
                } else {
                    empty = 0;
                    records.add(new EventRecord(taken.worker(), taken.first(), taken.second()));
                }
            }
            return records;
        }

        @Override
        public long lost() {
            long sum = 0;
            for (RecordRing ring : rings) {
                sum += ring.lost();
            }
            return sum;
        }

        @Override
        public void close() {
            remove(this);
        }
    }
}
