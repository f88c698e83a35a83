// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

import java.util.ArrayList;
import java.util.List;
import weir.core.port.Port;
import weir.core.port.PortException;
import weir.core.port.PortState;
import weir.ports.link.LinkMonitor;
import weir.ports.link.WatchedLink;
import weir.ports.linux.LinkInfo;
import weir.ports.linux.TunDevice;

/**
 * A TAP interface: what the kernel's network stack sends through it arrives here, and what is
 * transmitted here arrives in the stack. The package page says how it is used and what it costs.
 *
 * <p>The port follows its interface: MTU, link state and statistics are those of the interface wherever
 * somebody moves it and whatever they call it. {@link weir.ports.link.LinkMonitor} looks at most half a second later,
 * and at once when the kernel tells of a change.
 */
public final class TapPort implements Port {
    private final TapSpec spec;
    private final WatchedLink link;
    private final List<TapQueue> queues;
    private final long txDroppedAtStart;
    private final int offloads;

    /** @param offloads what the kernel takes of work left to it */
    TapPort(TapSpec spec, LinkMonitor monitor, TapBinding binding, LinkInfo found, int offloads) {
        this.spec = spec;
        this.offloads = offloads;
        link = new WatchedLink(this, monitor, binding, found);
        txDroppedAtStart = found.txDropped();
        List<TapQueue> made = new ArrayList<>();
        for (TunDevice device : binding.devices()) {
            made.add(new TapQueue(this, device, !made.isEmpty()));
        }
        queues = List.copyOf(made);
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
        return link.info().name();
    }

    @Override
    public int mtuBytes() {
        return link.info().mtuBytes();
    }

    @Override
    public int offloads() {
        return offloads;
    }

    /** Whether a header about offloads stands in front of each frame. */
    boolean hasVnetHeaders() {
        return spec.vnet();
    }

    /** How frames get from and to the descriptors. */
    TapEngine engine() {
        return spec.engine();
    }

    @Override
    public PortState state() {
        return link.state();
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
        link.refresh();
        return link.info().txDropped() - txDroppedAtStart;
    }

    WatchedLink link() {
        return link;
    }

    @Override
    public void close() {
        link.close();
    }

    @Override
    public String toString() {
        return spec() + " " + state();
    }
}
