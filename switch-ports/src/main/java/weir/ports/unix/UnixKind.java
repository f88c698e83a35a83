// SPDX-License-Identifier: Apache-2.0
package weir.ports.unix;

import java.nio.file.Path;
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
        UnixSpec read = UnixSpec.of(spec);
        // Both ends of one cable may be ports of one switch.
        String end = read.role() == UnixSpec.Role.CONNECT ? "to:" : "at:";
        String identity = UnixSpec.KIND + ":" + end
                + Path.of(read.path()).toAbsolutePath().normalize();
        return PortRequest.of(PortNames.fromPath(read.path(), UnixSpec.KIND), identity, () -> UnixPort.open(read));
    }
}
