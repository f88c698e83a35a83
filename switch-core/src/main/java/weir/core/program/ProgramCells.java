// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import weir.core.ring.CacheLinePadded;
import weir.ebpf.program.Fault;
import weir.ebpf.xdp.XdpAction;

/**
 * What one worker counted for one program. Written by that worker only, read by anyone at any time; each cell is
 * opaque, as those of a port.
 *
 * <pre>
 *  frames by action, ABORTED to REDIRECT | other | flooded | faults | egress frames | egress drops | cpumap frames | cpumap drops | sampled nanos | sampled frames
 * </pre>
 */
final class ProgramCells extends CacheLinePadded {
    /** Place of the frames with a return value that XDP does not define. */
    static final int INVALID = XdpAction.REDIRECT + 1;

    /** Place of the frames that a program for VALE-BPF sends to all ports; those to one port are redirects. */
    static final int FLOODED = INVALID + 1;

    static final int FAULTS = FLOODED + 1;
    static final int EGRESS_FRAMES = FAULTS + 1;
    static final int EGRESS_DROPS = EGRESS_FRAMES + 1;
    static final int CPUMAP_FRAMES = EGRESS_DROPS + 1;
    static final int CPUMAP_DROPS = CPUMAP_FRAMES + 1;
    static final int SAMPLED_NANOS = CPUMAP_DROPS + 1;
    static final int SAMPLED_FRAMES = SAMPLED_NANOS + 1;
    static final int WIDTH = SAMPLED_FRAMES + 1;

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int PADDING = 16;

    private final long[] words = new long[WIDTH + PADDING];
    private volatile @Nullable Fault lastFault;

    ProgramCells() {
        // everything is zero
    }

    void add(int cell, long amount) {
        WORD.setOpaque(words, cell, words[cell] + amount);
    }

    /** The fault found last; the worker only. */
    void lastFault(Fault fault) {
        lastFault = fault;
    }

    @Nullable
    Fault lastFault() {
        return lastFault;
    }

    /** Adds every cell to an array of {@link #WIDTH} words; any thread. */
    void addTo(long[] totals) {
        for (int i = 0; i < WIDTH; i++) {
            totals[i] += (long) WORD.getOpaque(words, i);
        }
    }
}
