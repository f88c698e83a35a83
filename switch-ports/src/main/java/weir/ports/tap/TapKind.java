// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import weir.core.port.Port;
import weir.core.port.PortException;
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
            String netns = spec.netns();
            return spec.name() + "@" + (netns == null ? "" : canonical(netns));
        }

        private static String canonical(String path) {
            try {
                return Files.exists(Path.of(path)) ? Path.of(path).toRealPath().toString() : path;
            } catch (IOException e) {
                return path; // opening it will say why
            }
        }

        @Override
        public Port open() throws PortException {
            return TapPort.open(spec);
        }
    }
}
