// SPDX-License-Identifier: Apache-2.0
package weir.control.cli;

import weir.control.run.PortSpecs;
import weir.core.port.PortException;
import weir.ports.PortRequest;

/** A port spec on the command line. */
final class PortSpecArgument {
    private PortSpecArgument() {}

    /** Reads it; a mistake is one of usage. */
    static PortRequest read(String spec) {
        try {
            return PortSpecs.parse(spec);
        } catch (PortException e) {
            throw CommandFailures.ofSpec(e);
        }
    }
}
