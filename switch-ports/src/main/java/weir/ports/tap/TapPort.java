// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import weir.core.port.Port;
import weir.core.port.PortException;
import weir.core.port.PortState;
import weir.core.port.QueueContext;
import weir.ports.linux.LinkInfo;
import weir.ports.linux.TunDevice;

/**
 * A TAP interface: what the kernel's network stack sends through it arrives here, and what is
 * transmitted here arrives in the stack. The package page says how it is used and what it costs.
 *
 * <p>The port follows its interface: MTU, link state and statistics are those of the interface wherever
 * somebody moves it and whatever they call it. {@link LinkMonitor} looks at most half a second later,
 * and at once when the kernel tells of a change.
 */
public final class TapPort implements Port {
    private final TapSpec spec;
    private final LinkMonitor monitor;
    private final List<TapQueue> queues;
    private final AtomicReference<PortState> state = new AtomicReference<>(PortState.DOWN);
    private final AtomicBoolean closed = new AtomicBoolean();
    private final long txDroppedAtStart;
    private final int offloads;
    private volatile LinkInfo link;
    private volatile boolean here;

    /** @param offloads what the kernel takes of work left to it */
    TapPort(TapSpec spec, LinkMonitor monitor, List<TunDevice> devices, LinkInfo link, int offloads) {
        this.spec = spec;
        this.monitor = monitor;
        this.link = link;
        this.offloads = offloads;
        txDroppedAtStart = link.txDropped();
        List<TapQueue> made = new ArrayList<>();
        for (TunDevice device : devices) {
            made.add(new TapQueue(this, device, !made.isEmpty()));
        }
        queues = List.copyOf(made);
        state.set(link.up() ? PortState.UP : PortState.DOWN);
    }

    /** Creates the interface, or attaches to a persistent one, as a spec text says. */
    public static TapPort open(String spec) throws PortException {
        return open(TapSpec.parse(spec));
    }

    /**
     * Creates the interface, or attaches to a persistent one. A new one is brought up, and disappears
     * with the port; an existing one keeps its state.
     */
    public static TapPort open(TapSpec spec) throws PortException {
        return TapOpener.open(spec);
    }

    @Override
    public String spec() {
        return spec.toString();
    }

    /** Name that the interface had when last looked at; somebody may rename it. */
    public String interfaceName() {
        return link.name();
    }

    @Override
    public int mtuBytes() {
        return link.mtuBytes();
    }

    @Override
    public int offloads() {
        return offloads;
    }

    /** Whether a header about offloads stands in front of each frame. */
    boolean hasVnetHeaders() {
        return spec.vnet();
    }

    @Override
    public PortState state() {
        return state.get();
    }

    @Override
    public List<TapQueue> queues() {
        return queues;
    }

    /**
     * {@inheritDoc}
     *
     * <p>The interface's {@code tx_dropped} since the port was opened: frames that the kernel's stack
     * sent while the TAP's queue was full, because the switch did not read fast enough. Of 3,000 sent
     * to a queue of 1,000 that nobody reads it shows 2,000. Asks the kernel each time, 25 us; a
     * port that is gone keeps its last figure.
     *
     * <p>In the other direction the kernel loses nothing: write(2) delivers into the stack before it
     * returns, and what a slow application does not fetch is counted at its own socket. The interface's
     * {@code rx_dropped} is left out, for it tells of no loss: it counts frames of a protocol that
     * nobody on the host has asked for, and writes to a link that is down, which fail and are {@code
     * port_down} here.
     */
    @Override
    public long peerDropped() {
        monitor.refresh(this);
        return link.txDropped() - txDroppedAtStart;
    }

    /** Takes over what the kernel says about the interface now. Any thread but a worker's. */
    void observed(LinkInfo now, boolean inOwnNamespace) {
        link = now;
        here = inOwnNamespace;
        changeState(now.up() ? PortState.UP : PortState.DOWN, now.up() ? "link is up" : "link is down");
    }

    /** Enters a state and tells who serves the queues; GONE is for ever. Any thread. */
    void changeState(PortState to, String cause) {
        PortState from = state.get();
        while (from != to && from != PortState.GONE) {
            if (state.compareAndSet(from, to)) {
                tell(to, cause);
                return;
            }
            from = state.get();
        }
    }

    private void tell(PortState to, String cause) {
        for (TapQueue queue : queues) {
            QueueContext context = queue.context();
            if (context != null) {
                context.stateChanged(to, cause);
                return;
            }
        }
    }

    /** The queue that the kernel always knows, to ask about the interface. */
    TunDevice firstDevice() {
        return queues.get(0).device();
    }

    /** Whether the interface is in a set of {@link LinkMonitor#trackedIndex}, in whichever namespace. */
    boolean hasIndexIn(BitSet trackedIndexes) {
        return trackedIndexes.get(LinkMonitor.trackedIndex(link.index()));
    }

    /** Set before the descriptors are closed. */
    boolean isClosed() {
        return closed.get();
    }

    /** Whether the interface was in the process's own namespace when last looked at. */
    boolean isHere() {
        return here;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            monitor.unwatch(this);
            for (TapQueue queue : queues) {
                queue.device().close();
            }
            monitor.release();
        }
    }

    @Override
    public String toString() {
        return spec() + " " + state.get();
    }
}
