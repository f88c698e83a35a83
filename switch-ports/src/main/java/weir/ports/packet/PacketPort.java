// SPDX-License-Identifier: Apache-2.0
package weir.ports.packet;

import java.util.List;
import java.util.stream.IntStream;
import weir.core.frame.Offload;
import weir.core.port.Port;
import weir.core.port.PortException;
import weir.core.port.PortState;
import weir.ports.link.LinkMonitor;
import weir.ports.link.LinkPlace;
import weir.ports.link.WatchedLink;
import weir.ports.linux.LinkInfo;
import weir.ports.linux.LinuxException;
import weir.ports.linux.PacketSocket;

/**
 * An existing network interface: what comes in through it arrives here, and what is transmitted here
 * leaves through it. The package page says how it is used and what it costs.
 */
public final class PacketPort implements Port {
    private final PacketSpec spec;
    private final PacketBinding binding;
    private final WatchedLink link;
    private final List<PacketQueue> queues;
    private int fanoutGroup = PacketSocket.NEW_GROUP;

    PacketPort(
            PacketSpec spec, LinkMonitor monitor, PacketBinding binding, LinkInfo found, List<PacketChannel> channels) {
        this.spec = spec;
        this.binding = binding;
        link = new WatchedLink(this, monitor, binding, found);
        queues = IntStream.range(0, channels.size())
                .mapToObj(i -> new PacketQueue(this, channels.get(i), found.index()))
                .toList();
    }

    /** Attaches to an existing interface, as a spec text says. */
    public static PacketPort open(String spec) throws PortException {
        return open(PacketSpec.parse(spec));
    }

    /** Attaches to an existing interface; it keeps its state, and outlives the port. */
    public static PacketPort open(PacketSpec spec) throws PortException {
        return PacketOpener.open(spec);
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
        return spec.vnet() ? PacketSocket.offloads() : Offload.NONE;
    }

    @Override
    public PortState state() {
        return link.state();
    }

    @Override
    public List<PacketQueue> queues() {
        return queues;
    }

    /**
     * {@inheritDoc}
     *
     * <p>Frames that came in through the interface while the ring was full, because the switch did not take
     * them fast enough: {@code tp_drops} of PACKET_STATISTICS.
     */
    @Override
    public long peerDropped() {
        return binding.drops();
    }

    /** Whether this port serves the interface at a place. */
    boolean isAt(LinkPlace place) {
        return state() != PortState.GONE && binding.place().equals(place);
    }

    WatchedLink link() {
        return link;
    }

    /** Begins to receive on a socket; with several queues it then gets its share of the flows. */
    synchronized void startReceiving(PacketSocket socket, int linkIndex) throws LinuxException {
        socket.bind(linkIndex, true);
        if (queues.size() > 1) {
            fanoutGroup = socket.joinFanout(fanoutGroup);
        }
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
