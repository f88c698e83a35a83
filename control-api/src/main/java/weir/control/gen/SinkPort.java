// SPDX-License-Identifier: Apache-2.0
package weir.control.gen;

import java.util.List;
import weir.core.counter.PortCells;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.FrameStore;
import weir.core.port.Port;
import weir.core.port.PortQueue;
import weir.core.port.PortState;
import weir.core.port.QueueContext;

/** Where frames end: each is looked at and given back. Nothing comes from it. */
final class SinkPort implements Port {
    static final String SPEC = "sink:frames";

    private static final int MTU_BYTES = 65_521;

    private final SinkMeter meter;
    private final GenLimits limits;
    private final Queue queue = new Queue();
    private volatile long startNanos;
    private volatile boolean finished;
    private volatile long firstNanos;
    private volatile long lastNanos;

    SinkPort(SinkMeter meter, GenLimits limits) {
        this.meter = meter;
        this.limits = limits;
        startNanos = System.nanoTime();
    }

    /** Whether a limit was reached. */
    boolean isFinished() {
        return finished || limits.isOver(System.nanoTime() - startNanos, 0);
    }

    /** From the first frame to the last; 0 for one frame. */
    double seconds() {
        return (lastNanos - firstNanos) / 1e9;
    }

    @Override
    public String spec() {
        return SPEC;
    }

    @Override
    public int mtuBytes() {
        return MTU_BYTES;
    }

    @Override
    public PortState state() {
        return PortState.UP;
    }

    @Override
    public List<? extends PortQueue> queues() {
        return List.of(queue);
    }

    @Override
    public void close() {
        // There is nothing.
    }

    private final class Queue implements PortQueue {
        @SuppressWarnings("NullAway.Init") // set by attach(), which every use follows
        private FrameStore frames;

        @SuppressWarnings("NullAway.Init")
        private PortCells cells;

        private long seen;

        @Override
        public void attach(QueueContext context) {
            frames = context.frames();
            cells = context.cells();
        }

        @Override
        public void transmit(long[] batch, int from, int count) {
            long now = System.nanoTime();
            if (seen == 0) {
                firstNanos = now;
            }
            lastNanos = now;
            long bytes = 0;
            for (int i = from; i < from + count; i++) {
                int length = Frame.length(batch[i]);
                bytes += length;
                long stamp = StampLayout.find(frames.pool().address(batch[i]), length);
                if (stamp >= 0) {
                    meter.add(stamp, now);
                }
            }
            frames.release(batch, from, count);
            cells.transmitted(count, bytes);
            seen += count;
            if (limits.isOver(0, seen)) {
                finished = true;
            }
        }

        @Override
        public int receive(FrameBatch batch, int from, int budgetFrames) {
            return 0;
        }

        @Override
        public void flush() {
            // Nobody reads.
        }

        @Override
        public boolean hasInput() {
            return false;
        }

        @Override
        public void detach() {
            // It holds no slot between calls.
        }
    }
}
