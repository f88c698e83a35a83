// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

import weir.core.port.PortException;
import weir.ports.NamespacePath;
import weir.ports.PortAvailability;
import weir.ports.PortKind;
import weir.ports.PortRequest;
import weir.ports.PortSpec;
import weir.ports.linux.LinuxException;
import weir.ports.linux.Probes;
import weir.ports.linux.TunDevice;

/** {@code tap:NAME}: TAP interfaces, see {@link TapSpec}. */
public final class TapKind implements PortKind {
    /** The kind. */
    public TapKind() {}

    @Override
    public String name() {
        return TapSpec.KIND;
    }

    @Override
    public String form() {
        return "tap:NAME";
    }

    @Override
    public PortRequest read(PortSpec spec) throws PortException {
        TapSpec read = TapSpec.of(spec);
        String identity = read.name() + "@" + NamespacePath.canonical(read.netns());
        return PortRequest.of(read.name(), identity, () -> TapPort.open(read));
    }

    @Override
    public PortAvailability probe() {
        return PortAvailability.tried(
                Probes::makeTap, TunDevice.PATH + " opens and interfaces may be made", TapKind::remedyFor);
    }

    private static String remedyFor(LinuxException e) {
        return switch (e.errno()) {
            case ENOENT, ENXIO, ENODEV -> "modprobe tun; in a container add --device " + TunDevice.PATH;
            case EPERM ->
                "run as root, or give the container --cap-add NET_ADMIN; or have root make a TAP for you:"
                        + " ip tuntap add t1 mode tap user $USER";
            default -> "run as root, or give this user read and write access to " + TunDevice.PATH;
        };
    }
}
