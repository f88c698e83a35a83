// SPDX-License-Identifier: Apache-2.0
package weir.ports.xdp;

import weir.core.port.PortException;
import weir.ports.PortAvailability;
import weir.ports.PortKind;
import weir.ports.PortRequest;
import weir.ports.PortSpec;
import weir.ports.linux.Probes;

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
        XdpSpec read = XdpSpec.of(spec);
        return PortRequest.of(read.name(), read.identity(), () -> XdpPort.open(read));
    }

    @Override
    public PortAvailability probe() {
        return PortAvailability.tried(
                () -> {
                    Probes.xdpSocket();
                    XdpPort.probeProgram();
                },
                "AF_XDP opens, and the kernel takes the program",
                refusal -> "run as root, or give the container --cap-add NET_RAW --cap-add BPF --cap-add NET_ADMIN");
    }
}
