// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;
import weir.core.counter.PortCells;
import weir.core.frame.FrameStore;
import weir.core.port.PortQueue;
import weir.core.ring.SpscRing;

/** Where a worker puts the frames of one egress port: its own queue of it, or the owner's ring. */
abstract class EgressTarget {
    final PortEntry port;
    final PortCells cells;

    EgressTarget(PortEntry port, PortCells cells) {
        this.port = port;
        this.cells = cells;
    }

    /** Whether the queue belongs to this worker. */
    abstract boolean isLocal();

    /**
     * Takes over frames for the port. They count as enqueued where they reach the queue's owner, or
     * where they fail to.
     */
    abstract void send(long[] frames, int from, int count);

    /** Called once per batch after a full fence, when {@link #send} was called. */
    abstract void flush();

    /** The ring to write frames into instead of calling {@link #send}, {@link PortQueue#egressRing}. */
    SpscRing.@Nullable Producer ring() {
        return null;
    }

    /** A queue of this worker. */
    static final class Local extends EgressTarget {
        private final PortQueue queue;
        private final SpscRing.@Nullable Producer ring;

        Local(PortEntry port, PortCells cells, PortQueue queue) {
            super(port, cells);
            this.queue = queue;
            ring = queue.egressRing();
        }

        @Override
        boolean isLocal() {
            return true;
        }

        @Override
        void send(long[] frames, int from, int count) {
            cells.enqueued(count);
            queue.transmit(frames, from, count);
        }

        @Override
        void flush() {
            queue.flush();
        }

        @Override
        SpscRing.@Nullable Producer ring() {
            return ring;
        }
    }

    /** A queue of this worker whose frames are shown to captures on their way. */
    static final class Captured extends EgressTarget {
        private final Local local;
        private final CapturePoint captures;

        Captured(Local local, CapturePoint captures) {
            super(local.port, local.cells);
            this.local = local;
            this.captures = captures;
        }

        @Override
        boolean isLocal() {
            return true;
        }

        @Override
        void send(long[] frames, int from, int count) {
            captures.sent(port.index(), frames, from, count);
            local.send(frames, from, count);
        }

        @Override
        void flush() {
            local.flush();
        }
    }

    /** Whatever target a port has, with traces that are told what it gets. */
    static final class Traced extends EgressTarget {
        private final EgressTarget target;
        private final int transmitter;
        private final @Nullable QueueInput input;
        private final TracePoint traces;

        /**
         * @param transmitter worker that has the port's queue
         * @param input the queue, where this worker has it
         */
        Traced(EgressTarget target, int transmitter, @Nullable QueueInput input, TracePoint traces) {
            super(target.port, target.cells);
            this.target = target;
            this.transmitter = transmitter;
            this.input = input;
            this.traces = traces;
        }

        @Override
        boolean isLocal() {
            return target.isLocal();
        }

        @Override
        void send(long[] frames, int from, int count) {
            traces.sending(port, transmitter, input, frames, from, count);
            target.send(frames, from, count);
            traces.sent();
        }

        @Override
        void flush() {
            target.flush();
        }
    }

    /** A port that is blocked, since it is part of a loop. */
    static final class Blocked extends EgressTarget {
        private final FrameStore store;
        private final CapturePoint captures;
        private final boolean local;

        Blocked(PortEntry port, PortCells cells, FrameStore store, CapturePoint captures, boolean local) {
            super(port, cells);
            this.captures = captures;
            this.store = store;
            this.local = local;
        }

        @Override
        boolean isLocal() {
            return local;
        }

        @Override
        void send(long[] frames, int from, int count) {
            cells.enqueued(count);
            cells.dropEgress(DropReason.LOOP_BLOCKED, count);
            captures.droppedOut(port.index(), DropReason.LOOP_BLOCKED, frames, from, count);
            store.release(frames, from, count);
        }

        @Override
        void flush() {
            // Nothing was sent.
        }
    }

    /** A port whose queue another worker owns. */
    static final class Remote extends EgressTarget {
        private final FrameStore store;
        private final CapturePoint captures;
        private final WorkerLink link;

        Remote(PortEntry port, PortCells cells, FrameStore store, CapturePoint captures, WorkerLink link) {
            super(port, cells);
            this.captures = captures;
            this.store = store;
            this.link = link;
        }

        @Override
        boolean isLocal() {
            return false;
        }

        @Override
        void send(long[] frames, int from, int count) {
            int ready = from;
            for (int i = from; i < from + count; i++) {
                long frame = exclusive(frames[i]);
                if (frame >= 0) {
                    frames[ready++] = frame;
                }
            }
            int n = ready - from;
            if (n == 0) {
                return;
            }
            if (link.sendFrames(port.index(), frames, from, n)) {
                for (int i = from; i < ready; i++) {
                    store.handOver(frames[i]);
                }
            } else {
                drop(DropReason.WORKER_BACKLOG, n);
                captures.droppedOut(port.index(), DropReason.WORKER_BACKLOG, frames, from, n);
                store.release(frames, from, n);
            }
        }

        /** Only an exclusive frame may change its worker, so that each home counts a worker once. */
        private long exclusive(long frame) {
            if (store.isExclusive(frame)) {
                return frame;
            }
            long copy = store.copy(frame, port.index());
            if (copy < 0) {
                drop(DropReason.NO_BUFFER, 1);
                captures.droppedOut(port.index(), DropReason.NO_BUFFER, frame);
            }
            store.release(frame);
            return copy;
        }

        private void drop(DropReason reason, int count) {
            cells.enqueued(count);
            cells.dropEgress(reason, count);
        }

        @Override
        void flush() {
            // The dispatcher publishes and rings each link once, however many ports lie behind it.
        }
    }
}
