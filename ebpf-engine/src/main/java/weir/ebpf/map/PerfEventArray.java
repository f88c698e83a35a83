// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

/** PERF_EVENT_ARRAY: only a name for events; who reads them is the host's business ({@code Host.perfEvent}). */
final class PerfEventArray extends ReferenceArray {
    PerfEventArray(MapSpec spec, MapMemory memory) {
        super(spec, memory);
    }

    @Override
    boolean clear(long index) {
        return false;
    }

    @Override
    int controlLookup(long key, long toAddress, boolean locked) {
        return -Errno.ENOTSUPP;
    }
}
