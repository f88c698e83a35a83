// SPDX-License-Identifier: Apache-2.0
package weir.ports.shm;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;
import weir.core.frame.FrameBatch;
import weir.core.port.PortException;
import weir.core.port.PortQueue;
import weir.core.port.PortState;
import weir.core.port.QueueContext;
import weir.ports.readiness.FdReadiness;

/**
 * The one queue of a shared-memory port. While a client is connected, a {@link ShmExchange} does the work.
 *
 * <p>A session goes from the doorkeeper to the worker through {@link #offer}, and back through {@link
 * ShmDoorkeeper#retire}. There is one at a time: the doorkeeper offers the next when it got the last one back.
 */
public final class ShmQueue implements PortQueue {
    private final ShmPort port;
    private volatile @Nullable QueueContext context;
    private volatile @Nullable ShmSession offered;
    private volatile boolean detached;
    private @Nullable FdReadiness readiness;
    private @Nullable ShmExchange exchange;

    ShmQueue(ShmPort port) {
        this.port = port;
    }

    /** Whether a client may still come. Any thread. */
    boolean isOpen() {
        return !detached;
    }

    /** Hands a client over to the worker. The doorkeeper's thread. */
    void offer(ShmSession session) {
        offered = session;
        QueueContext attached = context;
        if (attached != null) {
            attached.doorbell().ring();
        }
    }

    @Override
    public void attach(QueueContext queueContext) throws PortException {
        if (context != null || detached) {
            throw new PortException(port.spec() + " can be attached once", "open it again");
        }
        readiness = FdReadiness.of(port, queueContext);
        context = queueContext;
        queueContext.stateChanged(PortState.DOWN, "no client has connected to " + port.socket() + " yet");
    }

    @Override
    public int receive(FrameBatch batch, int from, int budgetFrames) {
        if (offered != null) {
            takeOver();
        }
        ShmExchange serving = exchange;
        if (serving == null) {
            return 0;
        }
        int n = serving.receive(batch.frames(), from, budgetFrames);
        endIfOver(serving);
        return n;
    }

    /** A new client: the one moment when a queue in service makes objects. */
    private void takeOver() {
        ShmSession session = offered;
        QueueContext attached = context;
        FdReadiness descriptors = readiness;
        if (session == null || attached == null || descriptors == null) {
            return;
        }
        offered = null;
        try {
            exchange = ShmExchange.start(session, attached, descriptors);
            port.changeState(PortState.UP, "client connected (" + session.peer() + ")", attached);
        } catch (IOException e) {
            session.end("cannot wait for the client: " + e.getMessage(), false);
            port.doorkeeper().retire(session);
        }
    }

    private void endIfOver(ShmExchange serving) {
        if (serving.isOver()) {
            end(serving);
        }
    }

    private void end(ShmExchange serving) {
        exchange = null;
        serving.stop();
        QueueContext attached = context;
        if (attached != null) {
            port.changeState(PortState.DOWN, serving.session().endCause(), attached);
        }
        port.doorkeeper().retire(serving.session());
    }

    @Override
    public void transmit(long[] frames, int from, int count) {
        ShmExchange serving = exchange;
        if (serving != null) {
            serving.transmit(frames, from, count);
            return;
        }
        QueueContext attached = context;
        if (attached == null) {
            throw new IllegalStateException(port.spec() + " is not attached");
        }
        attached.dropEgress(DropReason.PORT_DOWN, frames, from, count);
        attached.frames().release(frames, from, count);
    }

    @Override
    public void flush() {
        ShmExchange serving = exchange;
        if (serving != null) {
            serving.flush();
            endIfOver(serving);
        }
    }

    @Override
    public boolean hasInput() {
        ShmExchange serving = exchange;
        return offered != null || (serving != null && serving.hasInput());
    }

    @Override
    public void detach() {
        detached = true;
        ShmExchange serving = exchange;
        if (serving != null) {
            serving.session().end("port was detached", false);
            end(serving);
        }
    }
}
