// SPDX-License-Identifier: Apache-2.0
package weir.core.memory;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;
import weir.core.counter.PortCells;
import weir.core.frame.FramePool;
import weir.core.frame.FrameStore;
import weir.core.frame.PoolConfig;
import weir.core.port.PortException;
import weir.core.port.PortState;
import weir.core.port.QueueContext;
import weir.core.ring.SpscRing;
import weir.core.worker.Doorbell;
import weir.core.worker.IdleWait;

/** A user's thread that waits for frames against a worker that delivers one. */
public final class EndpointAwaitStress {
    private EndpointAwaitStress() {}

    private static void attach(MemoryQueue queue, Lent lent) {
        try {
            queue.attach(lent);
        } catch (PortException e) {
            throw new AssertionError("a fresh queue can be attached", e);
        }
    }

    private static final long PATIENCE_NANOS = 2_000_000_000L;

    /** A worker as far as a memory queue needs one to transmit. */
    private static final class Lent implements QueueContext {
        private final FrameStore store =
                new FramePool(new PoolConfig(64, 0, 64), 1, (lengthBytes, arena) -> MemorySegment.NULL).store(0);
        private final PortCells cells = new PortCells();

        @Override
        public FrameStore frames() {
            return store;
        }

        @Override
        public int account() {
            return 0;
        }

        @Override
        public PortCells cells() {
            return cells;
        }

        @Override
        public IdleWait idleWait() {
            throw new AssertionError("not used");
        }

        @Override
        public Doorbell doorbell() {
            throw new AssertionError("not used");
        }

        @Override
        public void stateChanged(PortState state, String cause) {
            throw new AssertionError("not used");
        }
    }

    @JCStressTest
    @Outcome(id = "there", expect = ACCEPTABLE, desc = "the frame was there, or the sleeper was woken for it")
    @Outcome(id = "LATE", expect = FORBIDDEN, desc = "the sleeper slept on though a frame was delivered")
    @Outcome(expect = FORBIDDEN, desc = "await came back without the frame")
    @State
    public static class AwaitAgainstFlush {
        private final Lent lent = new Lent();
        private final MemoryPort port = new MemoryPort("a", MemoryPortConfig.DEFAULT.withRingFrames(2));
        private final MemoryQueue queue = port.queues().getFirst();
        private final long[] frame = {lent.store.allocate(0)};

        public AwaitAgainstFlush() {
            attach(queue, lent);
        }

        @Actor
        public void worker() {
            queue.transmit(frame, 0, 1);
            VarHandle.fullFence(); // the dispatcher's, between transmit and flush
            queue.flush();
        }

        @Actor
        public void user(L_Result r) {
            long start = System.nanoTime();
            boolean there = port.endpoint().await(PATIENCE_NANOS);
            boolean late = System.nanoTime() - start >= PATIENCE_NANOS;
            r.r1 = late ? "LATE" : there ? "there" : "nothing";
        }
    }

    @JCStressTest
    @Outcome(id = "there", expect = ACCEPTABLE, desc = "the frame was there, or the sleeper was woken for it")
    @Outcome(id = "LATE", expect = FORBIDDEN, desc = "the sleeper slept on though a frame was delivered")
    @Outcome(expect = FORBIDDEN, desc = "await came back without the frame")
    @State
    public static class AwaitAgainstRing {
        private final Lent lent = new Lent();
        private final MemoryPort port = new MemoryPort("a", MemoryPortConfig.DEFAULT.withRingFrames(2));
        private final MemoryQueue queue = port.queues().getFirst();
        private final SpscRing.Producer ring = queue.egressRing();
        private final long frame = lent.store.allocate(0);

        public AwaitAgainstRing() {
            attach(queue, lent);
        }

        @Actor
        public void worker() {
            ring.put(frame);
            ring.publish();
            VarHandle.fullFence(); // the dispatcher's, between publishing and the look at who waits
            if (ring.consumerWaits()) {
                queue.flush();
            }
        }

        @Actor
        public void user(L_Result r) {
            long start = System.nanoTime();
            boolean there = port.endpoint().await(PATIENCE_NANOS);
            boolean late = System.nanoTime() - start >= PATIENCE_NANOS;
            r.r1 = late ? "LATE" : there ? "there" : "nothing";
        }
    }

    @JCStressTest
    @Outcome(id = "ended", expect = ACCEPTABLE, desc = "the sleeper noticed that its port is detached")
    @Outcome(id = "LATE", expect = FORBIDDEN, desc = "the sleeper slept on behind a port that is gone")
    @State
    public static class AwaitAgainstDetach {
        private final Lent lent = new Lent();
        private final MemoryPort port = new MemoryPort("a", MemoryPortConfig.DEFAULT.withRingFrames(2));
        private final MemoryQueue queue = port.queues().getFirst();

        public AwaitAgainstDetach() {
            attach(queue, lent);
        }

        @Actor
        public void worker() {
            queue.detach();
        }

        @Actor
        public void user(L_Result r) {
            long start = System.nanoTime();
            port.endpoint().await(PATIENCE_NANOS);
            r.r1 = System.nanoTime() - start >= PATIENCE_NANOS ? "LATE" : "ended";
        }
    }

    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "whoever left last emptied the rings")
    @Outcome(expect = FORBIDDEN, desc = "a frame stayed in a ring, or was given back twice")
    @State
    public static class CloseAgainstDetach {
        private final Lent lent = new Lent();
        private final MemoryPort port = new MemoryPort("a", MemoryPortConfig.DEFAULT.withRingFrames(2));
        private final MemoryQueue queue = port.queues().getFirst();

        public CloseAgainstDetach() {
            attach(queue, lent);
            queue.transmit(new long[] {lent.store.allocate(0), lent.store.allocate(0)}, 0, 2);
            port.endpoint().enqueue(new long[] {lent.store.allocate(0)}, 0, 1);
        }

        @Actor
        public void worker() {
            queue.detach();
        }

        @Actor
        public void user() {
            port.endpoint().close();
        }

        @Arbiter
        public void rest(L_Result r) {
            r.r1 = lent.store.slotsInUse();
        }
    }
}
