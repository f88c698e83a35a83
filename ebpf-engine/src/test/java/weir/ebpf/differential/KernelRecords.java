// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.differential;

import java.util.ArrayList;
import java.util.List;
import weir.ebpf.kernel.KernelMap;
import weir.ebpf.kernel.KernelRing;
import weir.ebpf.kernel.PerfRing;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;

/** Consumers of what programs in the kernel put into ring buffers and perf events. The thread that runs them. */
final class KernelRecords implements AutoCloseable {
    /** What one map has put out since it was last asked, as {@link Outcome#taken} writes it; and its end. */
    private interface Consumer extends AutoCloseable {
        List<String> take();

        @Override
        void close();
    }

    private record Records(MapSpec spec, KernelRing ring) implements Consumer {
        @Override
        public List<String> take() {
            return ring.take().stream()
                    .map(record -> Outcome.taken(spec, record))
                    .toList();
        }

        @Override
        public void close() {
            ring.close();
        }
    }

    private record Events(MapSpec spec, PerfRing ring) implements Consumer {
        @Override
        public List<String> take() {
            return ring.take().stream().map(event -> Outcome.taken(spec, event)).toList();
        }

        @Override
        public void close() {
            ring.close();
        }
    }

    private final List<Consumer> consumers = new ArrayList<>();

    /** @param cpu whose events are listened to */
    KernelRecords(List<MapSpec> specs, List<KernelMap> maps, int cpu) {
        for (int i = 0; i < specs.size(); i++) {
            MapSpec spec = specs.get(i);
            KernelMap map = maps.get(i);
            if (spec.type() == MapType.RINGBUF) {
                consumers.add(new Records(spec, new KernelRing(map, spec.maxEntries())));
            } else if (spec.type() == MapType.PERF_EVENT_ARRAY) {
                PerfRing ring = new PerfRing(cpu);
                consumers.add(new Events(spec, ring));
                map.update(
                        Scenario.word(cpu).toArray(), Scenario.word(ring.fd()).toArray(), 0);
            }
        }
    }

    /** Adds what was put out since, map by map. */
    void takeInto(List<String> records) {
        consumers.forEach(each -> records.addAll(each.take()));
    }

    @Override
    public void close() {
        consumers.forEach(Consumer::close);
    }
}
