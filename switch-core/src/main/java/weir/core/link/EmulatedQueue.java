// SPDX-License-Identifier: Apache-2.0
package weir.core.link;

import java.lang.invoke.VarHandle;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;
import weir.core.counter.PortCells;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.port.PortException;
import weir.core.port.PortQueue;
import weir.core.port.QueueContext;

/**
 * A queue with an emulated link behind it. It stands in front of a port's queue from {@link #begin} until it says that it
 * is idle again after {@link #end}; frames on their way keep their order across both.
 *
 * <p>Frames that are held belong to this queue: they stay charged to the port that they came in by. To the port they are
 * enqueued and not yet transmitted; from the port they have not been received yet, unless the link drops them: then they
 * count as received and dropped.
 */
public final class EmulatedQueue implements PortQueue {
    private static final int SCRATCH_FRAMES = FrameBatch.MAX_CAPACITY;
    /** One frame may become two. */
    private static final int ROOM_FOR_ONE = 2;

    private static final long LOOK_AGAIN_NANOS = 1_000_000;

    private final PortQueue queue;
    private final int queueNumber;
    private final Timers timers;
    private final LongSupplier clock;
    private final Listener listener;
    private final long[] scratch = new long[SCRATCH_FRAMES];
    private final Ending ending = new Ending();
    private @Nullable EmulatedLink link;
    private boolean anyTransmitted;

    @SuppressWarnings("NullAway.Init") // set by begin(), which every use follows
    private ToPort toPort;

    @SuppressWarnings("NullAway.Init") // set by begin(), which every use follows
    private FromPort fromPort;

    /** Who put the queue there. On the worker's thread. */
    public interface Listener {
        /** The time of these settings is over; they are no longer in force. */
        void expired(EmulatedLink link);

        /** Nothing is set and nothing is held: the queue behind can do without this one. */
        void idle(EmulatedQueue queue);
    }

    /**
     * @param queue the port's own, attached already
     * @param queueNumber among those of its port
     * @param clock the worker's
     */
    public EmulatedQueue(PortQueue queue, int queueNumber, Timers timers, LongSupplier clock, Listener listener) {
        this.queue = queue;
        this.queueNumber = queueNumber;
        this.timers = timers;
        this.clock = clock;
        this.listener = listener;
    }

    /** Takes its place; the queue behind is in service and stays so. */
    public void begin(QueueContext context, LinkCells countedToPort, LinkCells countedFromPort) {
        toPort = new ToPort(context, countedToPort);
        fromPort = new FromPort(context, countedFromPort);
    }

    @Override
    public void attach(QueueContext context) throws PortException {
        queue.attach(context);
        begin(context, new LinkCells(), new LinkCells());
    }

    /** Puts settings into force. */
    public void set(EmulatedLink newLink) {
        link = newLink;
        toPort.set(newLink);
        fromPort.set(newLink);
        timers.cancel(ending);
        if (newLink.ends()) {
            timers.schedule(ending, newLink.endsAtNanos());
        }
    }

    /** Frames to the port that did not pass at once, ever; on the worker's thread. */
    public long heldToPort() {
        return toPort.heldSoFar();
    }

    /** How long the last of them is on its way from now on. */
    public long nanosUntilLastArrives() {
        return toPort.lastDue() - clock.getAsLong();
    }

    /** Ends emulation: what is on its way arrives at once, then the listener hears that this queue is idle. */
    public void end() {
        link = null;
        long now = clock.getAsLong();
        toPort.end(now);
        fromPort.end(now);
        toPort.fire(now);
        fromPort.fire(now);
        timers.schedule(ending, now);
    }

    @Override
    public int receive(FrameBatch batch, int from, int budgetFrames) {
        long now = clock.getAsLong();
        int end = from + budgetFrames;
        long[] out = batch.frames();
        int n = fromPort.takeDue(now, out, from, end);
        noteOffloads(batch, from, n);
        if (n < end) {
            int taken = queue.receive(batch, n, end - n);
            // Aside first: what is doubled takes more room than it came in.
            System.arraycopy(out, n, scratch, 0, taken);
            for (int i = 0; i < taken; i++) {
                n = fromPort.accept(scratch[i], now, out, n, end);
            }
        }
        schedule(fromPort);
        return n - from;
    }

    /** Of frames that came in with an earlier batch. */
    private static void noteOffloads(FrameBatch batch, int from, int to) {
        long[] frames = batch.frames();
        for (int i = from; i < to; i++) {
            if (Frame.hasOffload(frames[i])) {
                batch.noteOffloads();
                return;
            }
        }
    }

    @Override
    public void transmit(long[] frames, int from, int count) {
        long now = clock.getAsLong();
        toPort.deliver(now);
        int n = 0;
        for (int i = from; i < from + count; i++) {
            if (n > SCRATCH_FRAMES - ROOM_FOR_ONE) {
                send(n);
                n = 0;
            }
            n = toPort.accept(frames[i], now, scratch, n, SCRATCH_FRAMES);
        }
        if (n > 0) {
            send(n);
        }
        schedule(toPort);
    }

    private void send(int count) {
        anyTransmitted = true;
        queue.transmit(scratch, 0, count);
    }

    private void schedule(EmulatedLine line) {
        if (line.isEmpty()) {
            timers.cancel(line);
        } else {
            timers.schedule(line, line.firstDue());
        }
    }

    @Override
    public void flush() {
        if (anyTransmitted) {
            anyTransmitted = false;
            queue.flush();
        }
    }

    @Override
    public boolean hasInput() {
        return queue.hasInput() || fromPort.isDue(clock.getAsLong());
    }

    @Override
    public boolean usesSystemCalls() {
        return queue.usesSystemCalls();
    }

    @Override
    public void detach() {
        timers.cancel(ending);
        timers.cancel(toPort);
        timers.cancel(fromPort);
        toPort.dropAll(DropReason.PORT_DOWN);
        fromPort.dropAll(DropReason.PORT_DOWN);
        queue.detach();
    }

    /** The end of the settings' time, and after that the wait until nothing is held. */
    private final class Ending extends Timers.Timed {
        @Override
        protected void fire(long now) {
            EmulatedLink ended = link;
            if (ended != null) {
                end();
                listener.expired(ended);
            } else if (toPort.isEmpty() && fromPort.isEmpty()) {
                listener.idle(EmulatedQueue.this);
            } else {
                timers.schedule(this, now + LOOK_AGAIN_NANOS);
            }
        }
    }

    private final class ToPort extends EmulatedLine {
        private final PortCells cells;
        private final long[] dropped = new long[1];

        ToPort(QueueContext context, LinkCells counted) {
            super(context, counted, true, queueNumber);
            cells = context.cells();
        }

        @Override
        void count(DropReason reason, long frame) {
            dropped[0] = frame;
            context.dropEgress(reason, dropped, 0, 1);
        }

        @Override
        void countCopy() {
            cells.clones(1);
            cells.enqueued(1);
        }

        @Override
        void countParts(int parts) {
            cells.segmented(1, parts);
            cells.enqueued(parts - 1L);
        }

        /** Hands on what has arrived; whoever calls makes sure that the queue is flushed. */
        void deliver(long now) {
            for (int n = takeDue(now, scratch, 0, SCRATCH_FRAMES);
                    n > 0;
                    n = takeDue(now, scratch, 0, SCRATCH_FRAMES)) {
                send(n);
            }
        }

        @Override
        protected void fire(long now) {
            deliver(now);
            VarHandle.fullFence(); // flush() looks whether the reader sleeps, after what it is to see was published
            flush();
            EmulatedQueue.this.schedule(this);
        }
    }

    private final class FromPort extends EmulatedLine {
        FromPort(QueueContext context, LinkCells counted) {
            super(context, counted, false, queueNumber);
        }

        @Override
        void count(DropReason reason, long frame) {
            context.dropIngress(reason, frame);
        }

        @Override
        void countCopy() {
            // Both are received, and counted then.
        }

        @Override
        void countParts(int parts) {
            // So is each of them.
        }

        /** The worker comes for what has arrived, and goes on coming while {@link #hasInput} says so. */
        @Override
        protected void fire(long now) {
            context.doorbell().ring();
        }
    }
}
