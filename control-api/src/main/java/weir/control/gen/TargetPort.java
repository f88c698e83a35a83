// SPDX-License-Identifier: Apache-2.0
package weir.control.gen;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;
import weir.core.counter.PortCells;
import weir.core.frame.FrameBatch;
import weir.core.port.Port;
import weir.core.port.PortException;
import weir.core.port.PortQueue;
import weir.core.port.PortState;
import weir.core.port.QueueContext;
import weir.core.ring.SpscRing;

/** The port that frames go to, and a way to hear on the worker's thread that it had no room. */
final class TargetPort implements Port {
    private final Port port;
    private final List<Queue> queues;

    @SuppressWarnings("NullAway.Init") // set when the first queue is attached, before any frame
    private PortCells cells;

    TargetPort(Port port) {
        this.port = port;
        queues = port.queues().stream().map(Queue::new).toList();
    }

    /** Frames that found the port full so far; the worker's thread. */
    long full() {
        return cells.droppedEgress(DropReason.QUEUE_FULL);
    }

    @Override
    public String spec() {
        return port.spec();
    }

    @Override
    public int mtuBytes() {
        return port.mtuBytes();
    }

    @Override
    public PortState state() {
        return port.state();
    }

    @Override
    public List<? extends PortQueue> queues() {
        return queues;
    }

    @Override
    public long peerDropped() {
        return port.peerDropped();
    }

    @Override
    public void close() {
        port.close();
    }

    private final class Queue implements PortQueue {
        private final PortQueue queue;

        Queue(PortQueue queue) {
            this.queue = queue;
        }

        @Override
        public void attach(QueueContext context) throws PortException {
            cells = context.cells(); // one worker: the same for all queues
            queue.attach(context);
        }

        @Override
        public int receive(FrameBatch batch, int from, int budgetFrames) {
            return queue.receive(batch, from, budgetFrames);
        }

        @Override
        public void transmit(long[] frames, int from, int count) {
            queue.transmit(frames, from, count);
        }

        @Override
        public void flush() {
            queue.flush();
        }

        @Override
        public SpscRing.@Nullable Producer egressRing() {
            return queue.egressRing();
        }

        @Override
        public boolean hasInput() {
            return queue.hasInput();
        }

        @Override
        public boolean usesSystemCalls() {
            return queue.usesSystemCalls();
        }

        @Override
        public void detach() {
            queue.detach();
        }
    }
}
