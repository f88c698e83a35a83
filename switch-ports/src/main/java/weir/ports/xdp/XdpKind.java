// SPDX-License-Identifier: Apache-2.0
package weir.ports.xdp;

import weir.core.port.Port;
import weir.core.port.PortException;
import weir.ports.PortKind;
import weir.ports.PortRequest;
import weir.ports.PortSpec;

/** {@code xdp:IFNAME}: interfaces by AF_XDP, see {@link XdpSpec}. */
public final class XdpKind implements PortKind {
    /** The kind. */
    public XdpKind() {}

    @Override
    public String name() {
        return XdpSpec.KIND;
    }

    @Override
    public String form() {
        return "xdp:IFNAME";
    }

    @Override
    public PortRequest read(PortSpec spec) throws PortException {
        return new Request(XdpSpec.of(spec));
    }

    private record Request(XdpSpec spec) implements PortRequest {
        @Override
        public String name() {
            return spec.name();
        }

        @Override
        public String identity() {
            return spec.identity();
        }

        @Override
        public Port open() throws PortException {
            return XdpPort.open(spec);
        }
    }
}
