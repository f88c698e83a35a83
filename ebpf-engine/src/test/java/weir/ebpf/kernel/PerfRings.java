// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

import java.util.ArrayList;
import java.util.List;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapFlags;

/** A ring for each CPU that an array of events has a place for. One thread, and no program runs meanwhile. */
public final class PerfRings implements AutoCloseable {
    private final List<PerfRing> rings = new ArrayList<>();

    /** Opens the rings and puts them into the map of type PERF_EVENT_ARRAY. */
    public PerfRings(KernelMap map) {
        int count = Math.min(KernelMap.possibleCpus(), map.maxEntries());
        for (int cpu = 0; cpu < count; cpu++) {
            PerfRing ring = new PerfRing(cpu);
            rings.add(ring);
            int result = map.update(little(cpu), little(ring.fd()), MapFlags.ANY);
            if (result != 0) {
                close();
                throw new IllegalStateException("event of CPU " + cpu + ": errno " + -result);
            }
        }
    }

    /** Takes all samples, CPU by CPU. */
    public List<Bytes> take() {
        return rings.stream().flatMap(ring -> ring.take().stream()).toList();
    }

    private static byte[] little(int word) {
        return new byte[] {(byte) word, (byte) (word >>> 8), (byte) (word >>> 16), (byte) (word >>> 24)};
    }

    @Override
    public void close() {
        rings.forEach(PerfRing::close);
    }
}
