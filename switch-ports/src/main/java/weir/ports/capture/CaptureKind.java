// SPDX-License-Identifier: Apache-2.0
package weir.ports.capture;

import java.nio.file.Path;
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
    public boolean needsLinux() {
        return false;
    }

    @Override
    public PortRequest read(PortSpec spec) throws PortException {
        CaptureSpec read = CaptureSpec.of(spec);
        String name = PortNames.fromPath(read.reads() ? read.in() : read.out(), CaptureSpec.KIND);
        // Two ports may not write one file; those that only read are told apart by what they read.
        String file = read.writes() ? read.out() : read.in();
        String identity = CaptureSpec.KIND
                + (read.writes() ? ":," : ":")
                + Path.of(file).toAbsolutePath().normalize();
        return PortRequest.of(name, identity, () -> CapturePort.open(read));
    }
}
