// SPDX-License-Identifier: Apache-2.0
package weir.ports.capture;

import java.nio.file.Path;
import weir.core.port.Port;
import weir.core.port.PortException;
import weir.ports.PortKind;
import weir.ports.PortNames;
import weir.ports.PortRequest;
import weir.ports.PortSpec;

/** {@code pcap:[IN][,OUT]}: replays one capture and writes another; the package page has the options. */
public final class CaptureKind implements PortKind {
    /** The kind. */
    public CaptureKind() {}

    @Override
    public String name() {
        return CaptureSpec.KIND;
    }

    @Override
    public String form() {
        return CaptureSpec.FORM;
    }

    @Override
    public PortRequest read(PortSpec spec) throws PortException {
        return new Request(CaptureSpec.of(spec));
    }

    private record Request(CaptureSpec spec) implements PortRequest {
        @Override
        public String name() {
            return PortNames.fromPath(spec.reads() ? spec.in() : spec.out(), CaptureSpec.KIND);
        }

        /** Two ports may not write one file; those that only read are told apart by what they read. */
        @Override
        public String identity() {
            String file = spec.writes() ? spec.out() : spec.in();
            return CaptureSpec.KIND
                    + (spec.writes() ? ":," : ":")
                    + Path.of(file).toAbsolutePath().normalize();
        }

        @Override
        public Port open() throws PortException {
            return CapturePort.open(spec);
        }
    }
}
