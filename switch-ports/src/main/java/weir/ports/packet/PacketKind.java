// SPDX-License-Identifier: Apache-2.0
package weir.ports.packet;

import weir.core.port.Port;
import weir.core.port.PortException;
import weir.ports.NamespacePath;
import weir.ports.PortKind;
import weir.ports.PortRequest;
import weir.ports.PortSpec;

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
        return new Request(PacketSpec.of(spec));
    }

    private record Request(PacketSpec spec) implements PortRequest {
        @Override
        public String name() {
            return spec.name();
        }

        @Override
        public String identity() {
            return spec.name() + "@" + NamespacePath.canonical(spec.netns());
        }

        @Override
        public Port open() throws PortException {
            return PacketPort.open(spec);
        }
    }
}
