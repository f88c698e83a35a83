// SPDX-License-Identifier: Apache-2.0
package weir.ports.discard;

import java.util.TreeSet;
import weir.core.port.PortException;
import weir.ports.InterfaceName;
import weir.ports.PortKind;
import weir.ports.PortRequest;
import weir.ports.PortSpec;

/** {@code null:NAME}, see {@link NullPort}. */
public final class NullKind implements PortKind {
    /** The kind. */
    public NullKind() {}

    @Override
    public String name() {
        return NullPort.KIND;
    }

    @Override
    public String form() {
        return "null:NAME";
    }

    @Override
    public boolean needsLinux() {
        return false;
    }

    @Override
    public PortRequest read(PortSpec spec) throws PortException {
        spec.requireKnownOptions(new TreeSet<>());
        String name = InterfaceName.require(spec.target(), "port name");
        return PortRequest.of(name, NullPort.KIND + ":" + name, () -> new NullPort(name));
    }
}
