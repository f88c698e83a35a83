// SPDX-License-Identifier: Apache-2.0
package weir.core.trace;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import weir.core.capture.FrameFilter;
import weir.core.frame.FrameBatch;
import weir.core.frame.Mem;

/** One worker's part of a trace: says which frames are wanted. On the worker's thread, where it never waits. */
public final class TraceTap {
    private final TraceSettings settings;
    private final TraceRun run;
    private final int worker;
    private final FrameFilter.@Nullable Live filter;
    private final MemorySegment aside;
    private final int[] keep = new int[FrameBatch.MAX_CAPACITY];
    private final int[] all = new int[FrameBatch.MAX_CAPACITY];
    private int[] numbers = {};

    /** @param aside room for a frame that is looked at where nobody else writes */
    TraceTap(TraceSettings settings, TraceRun run, int worker, FrameFilter.@Nullable Live filter, MemorySegment aside) {
        this.settings = settings;
        this.run = run;
        this.worker = worker;
        this.filter = filter;
        this.aside = aside;
        Arrays.fill(all, 1);
    }

    public TraceDetail detail() {
        return settings.detail();
    }

    /** Gets to know the port that has an index from now on. Between batches. */
    public void adopt(int index, int number, String name) {
        if (index >= numbers.length) {
            numbers = Arrays.copyOf(numbers, index + 1);
        }
        numbers[index] = settings.port().isEmpty() || settings.port().equals(name) ? number : 0;
    }

    /**
     * Looks at frames of one port, in order.
     *
     * @param frames {@code frames[from .. from + count)}
     * @param wanted gets {@code bit} at the same index for each frame that is to be traced
     */
    public void select(int portIndex, long[] frames, int from, int count, int[] wanted, int bit, long nowNanos) {
        int number = number(portIndex);
        if (number == 0 || run.isOver()) {
            return;
        }
        run.see(count);
        int[] kept = all;
        if (filter != null) {
            filter.run(worker, frames, from, count, number, keep);
            kept = keep;
        }
        for (int i = 0; i < count; i++) {
            if (kept[i] != 0 && run.claim(nowNanos)) {
                wanted[from + i] |= bit;
            }
        }
    }

    /** The same for a frame that its port drops, of which {@code storedBytes} are at an address. */
    public boolean selects(int portIndex, long address, int storedBytes, long nowNanos) {
        int number = number(portIndex);
        if (number == 0 || run.isOver()) {
            return false;
        }
        run.see(1);
        FrameFilter.Live only = filter;
        if (only != null) {
            // Copied before anything looks at it: it may be memory that a client of a port writes to.
            int stored = (int) Math.min(storedBytes, aside.byteSize());
            Mem.copy(address, aside.address(), stored);
            if (only.run(worker, aside.address(), stored, number) == 0) {
                return false;
            }
        }
        return run.claim(nowNanos);
    }

    private int number(int portIndex) {
        return portIndex < numbers.length ? numbers[portIndex] : 0;
    }

    /** What happened to a frame that was wanted. */
    public void tell(TracedFrame frame) {
        run.tell(frame);
    }

    /** Nothing can be told of a frame that was wanted. */
    public void giveUp() {
        run.giveUp();
    }
}
