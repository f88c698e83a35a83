// SPDX-License-Identifier: Apache-2.0
package weir.ports.xdp;

import java.util.ArrayList;
import java.util.List;
import weir.core.port.Port;
import weir.core.port.PortException;
import weir.core.port.PortState;
import weir.ports.link.LinkMonitor;
import weir.ports.link.WatchedLink;
import weir.ports.linux.BpfLink.XdpMode;
import weir.ports.linux.LinkInfo;
import weir.ports.linux.LinuxException;

/**
 * An interface by AF_XDP: what it receives arrives here before the kernel's network stack sees it, and what
 * is transmitted here leaves by it. The package page says how it is used and what it costs.
 */
public final class XdpPort implements Port {
    private final XdpSpec spec;
    private final WatchedLink link;
    private final XdpBinding binding;
    private final List<XdpQueue> queues;

    XdpPort(XdpSpec spec, LinkMonitor monitor, XdpBinding binding, LinkInfo found) {
        this.spec = spec;
        this.binding = binding;
        link = new WatchedLink(this, monitor, binding, found);
        List<XdpQueue> made = new ArrayList<>();
        for (int i = 0; i < spec.queues(); i++) {
            made.add(new XdpQueue(this, binding, binding.channels().get(i), spec.firstQueue() + i));
        }
        queues = List.copyOf(made);
    }

    /** Takes an interface, as a spec text says. */
    public static XdpPort open(String spec) throws PortException {
        return open(XdpSpec.parse(spec));
    }

    /** Takes an interface that exists; closing the port gives it back to the kernel's stack. */
    public static XdpPort open(XdpSpec spec) throws PortException {
        return XdpOpener.open(spec);
    }

    /** Loads the kernel's part of a port and lets it go, to see whether this process may; attaches nothing. */
    public static void probeProgram() throws LinuxException {
        RedirectProgram.probe();
    }

    @Override
    public String spec() {
        return spec.toString();
    }

    /** Where the kernel's program runs. */
    public XdpMode mode() {
        return binding.program().mode();
    }

    /** That of the interface, but never more than a slot holds. */
    @Override
    public int mtuBytes() {
        return Math.min(link.info().mtuBytes(), XdpService.MAX_MTU_BYTES);
    }

    @Override
    public PortState state() {
        return link.state();
    }

    @Override
    public List<XdpQueue> queues() {
        return queues;
    }

    /**
     * {@inheritDoc}
     *
     * <p>Frames that the kernel had for the sockets and dropped: no buffer or no room in the rx ring, because
     * the switch did not keep up, or longer than a slot. What a veth drops before its program runs shows in
     * the {@code tx_dropped} of the other end.
     */
    @Override
    public long peerDropped() {
        return queues.stream().mapToLong(XdpQueue::peerDropped).sum();
    }

    WatchedLink link() {
        return link;
    }

    /** Whether another spec names this port's interface. */
    boolean isSameInterface(XdpSpec other) {
        return spec.identity().equals(other.identity());
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
