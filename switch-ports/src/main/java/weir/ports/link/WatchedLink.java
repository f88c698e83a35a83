// SPDX-License-Identifier: Apache-2.0
package weir.ports.link;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import weir.core.port.Port;
import weir.core.port.PortState;
import weir.core.port.QueueContext;
import weir.ports.PortLife;
import weir.ports.linux.LinkInfo;

/**
 * The interface that a port is bound to, as last seen: its state, MTU, name and statistics. Any thread,
 * unless said otherwise.
 *
 * <p>Made when the port is open, watched from {@link #watch} until {@link #close}.
 */
public final class WatchedLink implements AutoCloseable {
    private final Port port;
    private final LinkMonitor monitor;
    private final LinkBinding binding;
    private final List<QueueContext> listeners = new ArrayList<>(); // guarded by this object
    private final PortLife life;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile LinkInfo info;
    private volatile boolean here;
    // Guarded by this object. Several threads look, and the last to see something is not the last to say so.
    private long looks;
    private long newestLook;
    private long newestChange;

    /**
     * @param port whose interface this is
     * @param monitor of which {@link #close} releases one use
     * @param first the interface as found when the port was opened
     */
    public WatchedLink(Port port, LinkMonitor monitor, LinkBinding binding, LinkInfo first) {
        this.port = port;
        this.monitor = monitor;
        this.binding = binding;
        info = first;
        life = new PortLife(stateOf(first));
    }

    private PortState stateOf(LinkInfo link) {
        return binding.isUp(link) ? PortState.UP : PortState.DOWN;
    }

    /** Starts the watch with a first look. Blocks shortly; not for workers. */
    public void watch() {
        monitor.watch(this);
        monitor.refresh(this);
    }

    /** Looks at the interface now. Blocks shortly; not for workers. */
    public void refresh() {
        monitor.refresh(this);
    }

    /** The interface as last seen. */
    public LinkInfo info() {
        return info;
    }

    /** State of the port; GONE is for ever. */
    public PortState state() {
        return life.state();
    }

    /** The port whose interface this is. */
    public Port port() {
        return port;
    }

    /** Whether the interface was in the process's own namespace when last looked at. */
    public boolean isHere() {
        return here;
    }

    LinkBinding binding() {
        return binding;
    }

    /** Whether there is nothing more to look at. */
    boolean isOver() {
        return closed.get() || life.state() == PortState.GONE;
    }

    /** Number of a look that begins: before the kernel is asked. */
    synchronized long beginLook() {
        return ++looks;
    }

    /**
     * Takes over what the kernel says about the interface now, as far as nothing newer is known already.
     *
     * @param look number of the look
     * @return false when the port noticed a change after the look had begun, so that the state may be another one by now
     */
    synchronized boolean observed(long look, LinkInfo now, boolean inOwnNamespace) {
        if (look < newestLook) {
            return true;
        }
        newestLook = look;
        info = now;
        here = inOwnNamespace;
        if (look < newestChange) {
            return false;
        }
        PortState to = stateOf(now);
        enter(to, to == PortState.UP ? "link is up" : "link is down");
        return true;
    }

    /** The interface is gone; told by whoever notices first. */
    public void lost() {
        changeState(PortState.GONE, binding.lossCause());
    }

    /** Enters a state and tells who serves the port. */
    public synchronized void changeState(PortState to, String cause) {
        if (enter(to, cause)) {
            newestChange = ++looks; // a look that has begun may have seen what was before
        }
    }

    private boolean enter(PortState to, String cause) {
        // One of them is enough: it tells the switch.
        return life.enter(to, cause, listeners.isEmpty() ? null : listeners.getFirst());
    }

    /** A queue of the port is served from now on, so the switch is told through its context. */
    public synchronized void addListener(QueueContext context) {
        listeners.add(context);
        if (life.state() != PortState.UP) {
            context.stateChanged(life.state(), "as it was when attached");
        }
    }

    /** Ends what {@link #addListener} began. */
    public synchronized void removeListener(QueueContext context) {
        listeners.remove(context);
    }

    /** Ends the watch, then closes what the port holds. Idempotent. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            monitor.unwatch(this);
            binding.close();
            monitor.release();
        }
    }
}
