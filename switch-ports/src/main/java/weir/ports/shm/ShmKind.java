// SPDX-License-Identifier: Apache-2.0
package weir.ports.shm;

import weir.core.port.Port;
import weir.core.port.PortException;
import weir.ports.PortKind;
import weir.ports.PortRequest;
import weir.ports.PortSpec;

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
        return new Request(ShmSpec.of(spec));
    }

    private record Request(ShmSpec spec) implements PortRequest {
        @Override
        public String name() {
            return spec.name();
        }

        @Override
        public String identity() {
            return "shm:" + spec.socket().normalize();
        }

        @Override
        public Port open() throws PortException {
            return ShmPort.open(spec);
        }
    }
}
