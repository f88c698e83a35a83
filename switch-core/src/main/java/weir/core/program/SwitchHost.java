// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import java.util.function.IntUnaryOperator;
import weir.ebpf.SystemHost;
import weir.ebpf.map.EbpfMap;

/** What programs of a switch ask their surroundings for: the machine's clock, the switch's ports, whoever listens. */
final class SwitchHost extends SystemHost {
    private static final int NO_WORKER = -1;

    private final RecordRing trace;
    private final PerfEvents events;
    private final IntUnaryOperator mtuBytes;

    /**
     * @param trace takes lines of {@code bpf_trace_printk}
     * @param mtuBytes MTU of the port with a number, -1 when there is none; called by workers
     */
    SwitchHost(int workers, RecordRing trace, PerfEvents events, IntUnaryOperator mtuBytes) {
        super(workers);
        this.trace = trace;
        this.events = events;
        this.mtuBytes = mtuBytes;
    }

    @Override
    public void trace(long address, int lengthBytes) {
        trace.write(NO_WORKER, System.nanoTime(), address, lengthBytes, address, 0);
    }

    @Override
    public int perfEvent(EbpfMap map, int cpu, long address, int lengthBytes, long frameAddress, int frameBytes) {
        return events.write(map.spec().name(), cpu, address, lengthBytes, frameAddress, frameBytes);
    }

    @Override
    public int mtuBytes(int port) {
        return mtuBytes.applyAsInt(port);
    }
}
