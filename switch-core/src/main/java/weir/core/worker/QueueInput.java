// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;
import weir.core.counter.PortCells;
import weir.core.frame.FrameBatch;
import weir.core.frame.FrameStore;
import weir.core.link.EmulatedLink;
import weir.core.link.EmulatedQueue;
import weir.core.port.PortQueue;
import weir.core.port.PortState;
import weir.core.port.QueueContext;

/** A port's queue as a worker polls it, and what the worker lends to the queue. */
final class QueueInput extends WorkerInput implements QueueContext, EmulatedQueue.Listener {
    private final SwitchWorker worker;
    private final PortEntry port;
    private final PortQueue own;
    private PortQueue queue;
    private @Nullable EmulatedQueue emulated;
    private final int number;
    private final FrameBatch batch;
    private final Doorbell bell;

    /** @param number of the queue among those of its port */
    QueueInput(SwitchWorker worker, PortEntry port, PortQueue queue, int number, WakeupList wakeups) {
        this.worker = worker;
        this.port = port;
        own = queue;
        this.queue = queue;
        this.number = number;
        batch = worker.batch();
        bell = new Doorbell(wakeups, this);
    }

    PortEntry port() {
        return port;
    }

    /** The port's queue, or the emulated link in front of it. */
    PortQueue queue() {
        return queue;
    }

    /** The emulated link in front of the port's queue; null without. */
    @Nullable
    EmulatedQueue emulated() {
        return emulated;
    }

    /** Puts an emulated link in front of the port's queue, or other settings in force. */
    void emulate(EmulatedLink link) {
        EmulatedQueue current = emulated;
        if (current == null) {
            current = worker.emulatedQueue(own, number, this);
            int index = worker.index();
            current.begin(this, port.linkCells(index, true), port.linkCells(index, false));
            emulated = current;
            queue = current;
        }
        current.set(link);
    }

    /** Ends emulation; {@link #idle} follows when nothing is held any more. */
    void endEmulation() {
        EmulatedQueue current = emulated;
        if (current != null) {
            current.end();
        }
    }

    @Override
    public void expired(EmulatedLink link) {
        worker.events().linkExpired(port, link);
    }

    @Override
    public void idle(EmulatedQueue idle) {
        queue = own;
        emulated = null;
        worker.queuesChanged();
    }

    @Override
    int poll() {
        int from = batch.size();
        int n = queue.receive(batch, from, batch.capacity() - from);
        if (n > 0) {
            batch.addRun(port.index(), number, n);
            if (from + n == batch.capacity()) {
                worker.process();
            }
        }
        return n;
    }

    @Override
    boolean hasInput() {
        return queue.hasInput();
    }

    @Override
    boolean usesSystemCalls() {
        return queue.usesSystemCalls();
    }

    @Override
    public Doorbell doorbell() {
        return bell;
    }

    @Override
    public FrameStore frames() {
        return worker.store();
    }

    @Override
    public int account() {
        return port.index();
    }

    @Override
    public PortCells cells() {
        return port.cells(worker.index());
    }

    @Override
    public void dropEgress(DropReason reason, long[] frames, int from, int count) {
        QueueContext.super.dropEgress(reason, frames, from, count);
        worker.captures().droppedOut(port.index(), reason, frames, from, count);
    }

    @Override
    public void dropIngress(DropReason reason, long frame) {
        QueueContext.super.dropIngress(reason, frame);
        worker.captures().droppedIn(port.index(), reason, frame);
        worker.traces().droppedByPort(port, reason, frame);
    }

    @Override
    public void dropIngress(DropReason reason, long address, int storedBytes, int lengthBytes) {
        QueueContext.super.dropIngress(reason, address, storedBytes, lengthBytes);
        worker.captures().droppedIn(port.index(), reason, address, storedBytes, lengthBytes);
        worker.traces().droppedByPort(port, reason, address, storedBytes, lengthBytes);
    }

    @Override
    public IdleWait idleWait() {
        return worker.idleWait();
    }

    @Override
    public void stateChanged(PortState state, String cause) {
        worker.events().portState(port, state, cause);
    }
}
