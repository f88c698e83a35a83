// SPDX-License-Identifier: Apache-2.0
package weir.ports.capture;

import java.io.IOException;
import weir.core.port.PortException;

/** Another process with a port on a file: opens it, says so, and closes it when its input ends. */
final class CaptureHolder {
    private CaptureHolder() {}

    /** Takes the spec of the port. */
    public static void main(String[] arguments) throws PortException, IOException {
        CapturePort port = CapturePort.open(arguments[0]);
        System.out.println("open");
        while (System.in.read() >= 0) {
            // thrown away
        }
        port.close();
    }
}
