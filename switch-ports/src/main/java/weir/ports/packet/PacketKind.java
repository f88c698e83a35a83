// SPDX-License-Identifier: Apache-2.0
package weir.ports.packet;

import weir.core.port.PortException;
import weir.ports.NamespacePath;
import weir.ports.PortAvailability;
import weir.ports.PortKind;
import weir.ports.PortRequest;
import weir.ports.PortSpec;
import weir.ports.linux.Probes;

/** {@code packet:IFNAME}: existing interfaces by packet sockets, see {@link PacketSpec}. */
public final class PacketKind implements PortKind {
    /** The kind. */
    public PacketKind() {}

    @Override
    public String name() {
        return PacketSpec.KIND;
    }

    @Override
    public String form() {
        return "packet:IFNAME";
    }

    @Override
    public PortRequest read(PortSpec spec) throws PortException {
        PacketSpec read = PacketSpec.of(spec);
        String identity = read.name() + "@" + NamespacePath.canonical(read.netns());
        return PortRequest.of(read.name(), identity, () -> PacketPort.open(read));
    }

    @Override
    public PortAvailability probe() {
        return PortAvailability.tried(
                Probes::packetSocket,
                "AF_PACKET opens, with a receive ring and offloads",
                refusal -> "run as root, or give the container --cap-add NET_RAW");
    }
}
