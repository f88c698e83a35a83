// SPDX-License-Identifier: Apache-2.0
package weir.ebpf;

import weir.ebpf.map.EbpfMap;

/**
 * What programs ask their surroundings for. Called from the threads that run programs, once or more a
 * frame: no method blocks, allocates or throws. Tests supply one that always answers the same.
 */
public interface Host {
    /** CPUs that programs may run on: workers of a switch. Per-CPU maps have so many values. */
    int cpus();

    /** {@code bpf_ktime_get_ns}: nanoseconds of a clock that never goes back. */
    long monotonicNanos();

    /** {@code bpf_ktime_get_boot_ns}: the same, time asleep included. */
    long bootNanos();

    /** {@code bpf_get_prandom_u32}. */
    int randomInt();

    /**
     * {@code bpf_trace_printk}: one formatted line.
     *
     * @param address of {@code lengthBytes} bytes of text, valid during the call
     */
    void trace(long address, int lengthBytes);

    /**
     * {@code bpf_perf_event_output}: a record for whoever reads the map's events.
     *
     * @param map of type PERF_EVENT_ARRAY
     * @param cpu whose ring it goes to
     * @param address of the program's data, valid during the call
     * @param frameAddress of the frame's bytes that belong to the record, behind the data
     * @return 0 or a negative errno: {@code -ENOENT} when nobody listens, {@code -ENOSPC} when the ring is full
     */
    int perfEvent(EbpfMap map, int cpu, long address, int lengthBytes, long frameAddress, int frameBytes);

    /**
     * {@code bpf_fib_lookup}: looks up and fills {@code struct bpf_fib_lookup} in place.
     *
     * @param parametersAddress of the struct (64 bytes, {@code uapi/linux/bpf.h})
     * @return {@code BPF_FIB_LKUP_RET_*} or a negative errno
     */
    int fibLookup(long parametersAddress, int flags);

    /**
     * MTU of a port for {@code bpf_check_mtu}, in bytes without the Ethernet header.
     *
     * @return the MTU, or -1 when there is no such port
     */
    int mtuBytes(int port);
}
