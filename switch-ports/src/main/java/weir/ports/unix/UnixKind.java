// SPDX-License-Identifier: Apache-2.0
package weir.ports.unix;

import java.nio.file.Path;
import weir.core.port.Port;
import weir.core.port.PortException;
import weir.ports.PortKind;
import weir.ports.PortNames;
import weir.ports.PortRequest;
import weir.ports.PortSpec;

/** {@code unix:PATH}: a cable to another process; the package page has the options. */
public final class UnixKind implements PortKind {
    /** The kind. */
    public UnixKind() {}

    @Override
    public String name() {
        return UnixSpec.KIND;
    }

    @Override
    public String form() {
        return UnixSpec.FORM;
    }

    @Override
    public PortRequest read(PortSpec spec) throws PortException {
        return new Request(UnixSpec.of(spec));
    }

    private record Request(UnixSpec spec) implements PortRequest {
        @Override
        public String name() {
            return PortNames.fromPath(spec.path(), UnixSpec.KIND);
        }

        /** Both ends of one cable may be ports of one switch. */
        @Override
        public String identity() {
            String end = spec.role() == UnixSpec.Role.CONNECT ? "to:" : "at:";
            return UnixSpec.KIND + ":" + end
                    + Path.of(spec.path()).toAbsolutePath().normalize();
        }

        @Override
        public Port open() throws PortException {
            return UnixPort.open(spec);
        }
    }
}
