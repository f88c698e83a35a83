// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import java.util.List;
import java.util.Map;
import weir.ebpf.program.ProgramType;
import weir.ebpf.xdp.XdpAction;

/**
 * What a program did, summed over all workers, at one moment.
 *
 * @param aborted frames with {@code XDP_ABORTED}, faults included
 * @param dropped frames with {@code XDP_DROP}; of programs for VALE-BPF those that go nowhere, faults included
 * @param passed frames with {@code XDP_PASS}
 * @param transmitted frames with {@code XDP_TX}
 * @param redirected frames with {@code XDP_REDIRECT}; of programs for VALE-BPF those for one port, there or not
 * @param invalid frames with another return value
 * @param flooded frames that a program for VALE-BPF sends to all ports
 * @param faults frames on which the program, or one in an entry of a devmap or cpumap, had a fault
 * @param egressFrames frames that programs in devmap entries ran on
 * @param egressDrops frames that those dropped
 * @param cpumapFrames frames that programs in cpumap entries ran on
 * @param cpumapDrops frames that those dropped
 * @param sampledNanos time that sampled batches took, one batch in 64
 * @param sampledFrames frames of those
 */
public record ProgramCounters(
        long aborted,
        long dropped,
        long passed,
        long transmitted,
        long redirected,
        long invalid,
        long flooded,
        long faults,
        long egressFrames,
        long egressDrops,
        long cpumapFrames,
        long cpumapDrops,
        long sampledNanos,
        long sampledFrames) {
    /** One batch in so many is timed. */
    static final int BATCHES_PER_SAMPLE = 64;

    static ProgramCounters sum(List<ProgramCells> cells) {
        long[] totals = new long[ProgramCells.WIDTH];
        cells.forEach(each -> each.addTo(totals));
        return new ProgramCounters(
                totals[XdpAction.ABORTED],
                totals[XdpAction.DROP],
                totals[XdpAction.PASS],
                totals[XdpAction.TX],
                totals[XdpAction.REDIRECT],
                totals[ProgramCells.INVALID],
                totals[ProgramCells.FLOODED],
                totals[ProgramCells.FAULTS],
                totals[ProgramCells.EGRESS_FRAMES],
                totals[ProgramCells.EGRESS_DROPS],
                totals[ProgramCells.CPUMAP_FRAMES],
                totals[ProgramCells.CPUMAP_DROPS],
                totals[ProgramCells.SAMPLED_NANOS],
                totals[ProgramCells.SAMPLED_FRAMES]);
    }

    /** Frames that the program ran on, without those of programs in entries of maps. */
    public long frames() {
        return aborted + dropped + passed + transmitted + redirected + invalid + flooded;
    }

    /** Mean time for a frame in sampled batches; 0 before the first sample. */
    public double nanosPerFrame() {
        return sampledFrames == 0 ? 0 : (double) sampledNanos / sampledFrames;
    }

    /** Estimate of the time that all batches took, from the sampled ones; it never falls. */
    public long runNanos() {
        return sampledNanos * BATCHES_PER_SAMPLE;
    }

    /**
     * Frames by what the program returned. Of XDP: {@code XDP_DROP} and so on, {@code invalid} for anything else; of
     * VALE-BPF: {@code port}, {@code broadcast}, {@code drop}.
     */
    public Map<String, Long> byAction(ProgramType type) {
        return ProgramContract.of(type).byAction(this);
    }
}
