// SPDX-License-Identifier: Apache-2.0
package weir.ports.shm;

import weir.core.port.PortException;
import weir.ports.PortAvailability;
import weir.ports.PortKind;
import weir.ports.PortRequest;
import weir.ports.PortSpec;
import weir.ports.linux.Probes;

/** {@code shm:NAME}: ports whose client is another process, see {@link ShmSpec}. */
public final class ShmKind implements PortKind {
    /** The kind. */
    public ShmKind() {}

    @Override
    public String name() {
        return ShmSpec.KIND;
    }

    @Override
    public String form() {
        return "shm:NAME";
    }

    @Override
    public PortRequest read(PortSpec spec) throws PortException {
        ShmSpec read = ShmSpec.of(spec);
        String identity = ShmSpec.KIND + ":" + read.socket().normalize();
        return PortRequest.of(read.name(), identity, () -> ShmPort.open(read));
    }

    @Override
    public PortAvailability probe() {
        return PortAvailability.tried(
                Probes::sharedMemory,
                "memory of a fixed size can be made and sealed",
                refusal -> "allow memfd_create and fcntl in the seccomp profile");
    }
}
