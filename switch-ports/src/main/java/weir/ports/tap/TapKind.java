// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

import weir.core.port.Port;
import weir.core.port.PortException;
import weir.ports.NamespacePath;
import weir.ports.PortKind;
import weir.ports.PortRequest;
import weir.ports.PortSpec;

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
        return new Request(TapSpec.of(spec));
    }

    private record Request(TapSpec spec) implements PortRequest {
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
            return TapPort.open(spec);
        }
    }
}
