// SPDX-License-Identifier: Apache-2.0
package weir.ports.discard;

import java.util.List;
import weir.core.counter.PortCells;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.FrameStore;
import weir.core.port.Port;
import weir.core.port.PortQueue;
import weir.core.port.PortState;
import weir.core.port.QueueContext;

/** Swallows frames; the package page says what for. */
public final class NullPort implements Port {
    static final String KIND = "null";

    /** What fits into a large slot whatever tags it carries, as for TAP ports. */
    private static final int MTU_BYTES = 65_521;

    private final String name;
    private final List<Queue> queues = List.of(new Queue());

    /** @param name what stands behind the colon of its spec */
    public NullPort(String name) {
        this.name = name;
    }

    @Override
    public String spec() {
        return KIND + ":" + name;
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
        return queues;
    }

    @Override
    public void close() {
        // There is nothing.
    }

    private static final class Queue implements PortQueue {
        @SuppressWarnings("NullAway.Init") // set by attach(), which every use follows
        private FrameStore frames;

        @SuppressWarnings("NullAway.Init")
        private PortCells cells;

        @Override
        public void attach(QueueContext context) {
            frames = context.frames();
            cells = context.cells();
        }

        @Override
        public int receive(FrameBatch batch, int from, int budgetFrames) {
            return 0;
        }

        @Override
        public void transmit(long[] batch, int from, int count) {
            long bytes = 0;
            for (int i = from; i < from + count; i++) {
                bytes += Frame.length(batch[i]);
            }
            frames.release(batch, from, count);
            cells.transmitted(count, bytes);
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
