// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.helper;

import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.Errno;
import weir.ebpf.map.MapHandles;
import weir.ebpf.map.RingBuffer;
import weir.ebpf.program.FaultKind;
import weir.ebpf.run.RunState;

/** Helpers that hand records to control code. Addresses and maps are checked. */
final class EventHelpers {
    /** {@code BPF_F_INDEX_MASK}, and {@code BPF_F_CURRENT_CPU}. */
    private static final long INDEX = 0xffff_ffffL;
    /** {@code BPF_F_CTXLEN_MASK}. */
    private static final long FRAME_BYTES = 0xfffffL << 32;

    private EventHelpers() {}

    static long call(RunState run, HelperFunction function, long a, long b, long c, long d, long e) {
        return switch (function) {
            case PERF_EVENT_OUTPUT -> perfEvent(run, b, c, d, e);
            case RINGBUF_SUBMIT, RINGBUF_DISCARD -> release(run, function, a, b);
            default -> MapHandles.find(a) instanceof RingBuffer ring ? ring(run, ring, function, b, c, d) : bad(run, a);
        };
    }

    private static long bad(RunState run, long argument) {
        run.fail(FaultKind.ARGUMENT, argument);
        return 0;
    }

    private static long ring(RunState run, RingBuffer ring, HelperFunction function, long b, long c, long d) {
        return switch (function) {
            case RINGBUF_OUTPUT -> ring.output(b, c, d);
            case RINGBUF_RESERVE -> reserve(run, ring, b, c);
            default -> ring.query(b);
        };
    }

    private static long reserve(RunState run, RingBuffer ring, long lengthBytes, long flags) {
        if (run.records().isFull()) {
            return 0;
        }
        long record = ring.reserve(lengthBytes, flags);
        if (record != 0) {
            run.hold(ring, record, lengthBytes);
        }
        return record;
    }

    private static long release(RunState run, HelperFunction function, long record, long flags) {
        RingBuffer ring = run.records().remove(record);
        if (ring == null) {
            return bad(run, record);
        }
        if (function == HelperFunction.RINGBUF_SUBMIT) {
            ring.submit(record, flags);
        } else {
            ring.discard(record, flags);
        }
        return 0;
    }

    /** {@code bpf_xdp_event_output} and {@code __bpf_perf_event_output}. */
    private static long perfEvent(RunState run, long handle, long flags, long data, long lengthBytes) {
        EbpfMap map = MapHandles.find(handle);
        if (map == null) {
            return bad(run, handle);
        }
        if ((flags & ~(INDEX | FRAME_BYTES)) != 0) {
            return -Errno.EINVAL;
        }
        long frameBytes = (flags & FRAME_BYTES) >>> 32;
        if (frameBytes > run.context().lengthBytes()) {
            return -Errno.EFAULT;
        }
        long index = flags & INDEX;
        int cpu = index == INDEX ? run.cpu() : (int) index;
        if (Integer.compareUnsigned(cpu, map.spec().maxEntries()) >= 0) {
            return -Errno.E2BIG;
        }
        if (cpu != run.cpu()) {
            return -Errno.EOPNOTSUPP;
        }
        return run.host()
                .perfEvent(map, cpu, data, (int) lengthBytes, run.context().data(), (int) frameBytes);
    }
}
