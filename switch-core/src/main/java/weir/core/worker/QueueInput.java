// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import weir.core.counter.PortCells;
import weir.core.frame.FrameBatch;
import weir.core.frame.FrameStore;
import weir.core.port.PortQueue;
import weir.core.port.PortState;
import weir.core.port.QueueContext;

/** A port's queue as a worker polls it, and what the worker lends to the queue. */
final class QueueInput extends WorkerInput implements QueueContext {
    private final SwitchWorker worker;
    private final PortEntry port;
    private final PortQueue queue;
    private final int number;
    private final FrameBatch batch;
    private final Doorbell bell;

    /** @param number of the queue among those of its port */
    QueueInput(SwitchWorker worker, PortEntry port, PortQueue queue, int number, WakeupList wakeups) {
        this.worker = worker;
        this.port = port;
        this.queue = queue;
        this.number = number;
        batch = worker.batch();
        bell = new Doorbell(wakeups, this);
    }

    PortEntry port() {
        return port;
    }

    PortQueue queue() {
        return queue;
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
    public IdleWait idleWait() {
        return worker.idleWait();
    }

    @Override
    public void stateChanged(PortState state, String cause) {
        worker.events().portState(port, state, cause);
    }
}
