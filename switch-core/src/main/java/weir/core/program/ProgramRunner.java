// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.core.frame.Mem;
import weir.core.trace.FrameChange;
import weir.core.trace.FrameTrace;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.Fault;
import weir.ebpf.program.InstructionText;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.trace.ProgramPath;
import weir.ebpf.trace.TracedPrograms;
import weir.ebpf.xdp.XdpBatch;

/**
 * Runs programs of one object on one worker: under their engine, or, for a frame whose path is wanted, so that it is
 * written down. Either way once.
 */
final class ProgramRunner {
    private final int worker;
    private final List<MapSpec> maps;
    private volatile @Nullable TracedPrograms traced;

    /** @param maps of the object, by the index that its code uses */
    ProgramRunner(int worker, List<MapSpec> maps) {
        this.worker = worker;
        this.maps = maps;
    }

    /** Frames that are traced run under these from now on. Any thread. */
    void trace(TracedPrograms programs) {
        traced = programs;
    }

    /** Runs a program for each frame of a batch. */
    void run(PreparedProgram program, XdpBatch xdp, Decision decision) {
        FrameTrace trace = decision.trace();
        if (trace == null || xdp.size() == 0) {
            program.program().run(xdp, worker);
        } else {
            runTraced(program, xdp, trace);
        }
    }

    /** The first frame of the batch stands for all that came of the one that is traced. */
    private void runTraced(PreparedProgram program, XdpBatch xdp, FrameTrace trace) {
        long data = xdp.datas()[0];
        long end = xdp.ends()[0];
        byte[] before = program.writes() ? bytes(data, end) : new byte[0];
        TracedPrograms under = traced;
        ProgramPath path = null;
        if (trace.wantsPath() && under != null && under.has(program.program())) {
            path = under.run(program.program(), xdp, 0);
        } else {
            program.program().run(xdp, worker);
        }
        ProgramSpec spec = program.program().spec();
        Fault fault = xdp.fault(0);
        FrameChange change =
                program.writes() ? change(before, data, end, xdp.datas()[0], xdp.ends()[0]) : FrameChange.NONE;
        trace.program(new RunNote(
                spec,
                place(spec, trace),
                ProgramContract.of(spec.type()).said(xdp, 0),
                fault == null ? "" : fault.text(),
                xdp.size(),
                change,
                path,
                InstructionText.of(spec.type(), maps)));
    }

    private static String place(ProgramSpec spec, FrameTrace trace) {
        return switch (spec.attach()) {
            case DEVICE -> trace.place();
            case DEVMAP -> "devmap";
            case CPUMAP -> "cpumap";
        };
    }

    private static byte[] bytes(long data, long end) {
        byte[] bytes = new byte[(int) Math.min(end - data, FrameChange.LOOKED_AT)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = Mem.getByte(data + i);
        }
        return bytes;
    }

    /** Compares what was in the frame before and is in it now, byte by byte of memory. */
    private static FrameChange change(byte[] before, long dataBefore, long endBefore, long data, long end) {
        int changed = 0;
        int first = -1;
        long from = Math.max(dataBefore, data);
        long to = Math.min(dataBefore + before.length, end);
        for (long at = from; at < to; at++) {
            if (before[(int) (at - dataBefore)] != Mem.getByte(at)) {
                first = changed == 0 ? (int) (at - data) : first;
                changed++;
            }
        }
        return new FrameChange((int) (dataBefore - data), (int) (end - endBefore), changed, first);
    }
}
