// SPDX-License-Identifier: Apache-2.0
package weir.core.testing;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.core.frame.FrameBatch;
import weir.core.port.Port;
import weir.core.port.PortException;
import weir.core.port.PortQueue;
import weir.core.port.PortState;
import weir.core.port.QueueContext;

/**
 * A port around another one: counts what the worker asks it, keeps the context for the test, and can keep the worker
 * away, so that the test plays the worker itself.
 */
public final class ObservedPort implements Port {
    private final Port port;
    private final List<ObservedQueue> queues = new ArrayList<>();

    public ObservedPort(Port port) {
        this.port = port;
        port.queues().forEach(queue -> queues.add(new ObservedQueue(queue)));
    }

    /** The only queue, or the first. */
    public ObservedQueue queue() {
        return queues.getFirst();
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
    public int offloads() {
        return port.offloads();
    }

    @Override
    public PortState state() {
        return port.state();
    }

    @Override
    public List<ObservedQueue> queues() {
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

    /** A queue around another one. */
    public static final class ObservedQueue implements PortQueue {
        private final PortQueue queue;
        private @Nullable QueueContext context;
        private long receiveCalls;
        private long transmitCalls;
        private long flushes;
        private boolean keptFromWorker;

        ObservedQueue(PortQueue queue) {
            this.queue = queue;
        }

        /** The queue itself, for a test that plays the worker. */
        public PortQueue inner() {
            return queue;
        }

        /** What the worker lent at attach. */
        public QueueContext context() {
            QueueContext known = context;
            if (known == null) {
                throw new AssertionError("not attached");
            }
            return known;
        }

        public long receiveCalls() {
            return receiveCalls;
        }

        public long transmitCalls() {
            return transmitCalls;
        }

        public long flushes() {
            return flushes;
        }

        /** While set, the worker finds nothing here. */
        public void keepFromWorker(boolean kept) {
            keptFromWorker = kept;
        }

        @Override
        public void attach(QueueContext lent) throws PortException {
            context = lent;
            queue.attach(lent);
        }

        @Override
        public int receive(FrameBatch batch, int from, int budgetFrames) {
            receiveCalls++;
            return keptFromWorker ? 0 : queue.receive(batch, from, budgetFrames);
        }

        @Override
        public void transmit(long[] frames, int from, int count) {
            transmitCalls++;
            queue.transmit(frames, from, count);
        }

        @Override
        public void flush() {
            flushes++;
            queue.flush();
        }

        @Override
        public boolean hasInput() {
            return !keptFromWorker && queue.hasInput();
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
