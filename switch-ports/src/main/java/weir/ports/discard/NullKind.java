// SPDX-License-Identifier: Apache-2.0
package weir.ports.discard;

import java.util.TreeSet;
import weir.core.port.Port;
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
    public PortRequest read(PortSpec spec) throws PortException {
        spec.requireKnownOptions(new TreeSet<>());
        return new Request(InterfaceName.require(spec.target(), "port name"));
    }

    private record Request(String name) implements PortRequest {
        @Override
        public String identity() {
            return NullPort.KIND + ":" + name;
        }

        @Override
        public Port open() {
            return new NullPort(name);
        }
    }
}
