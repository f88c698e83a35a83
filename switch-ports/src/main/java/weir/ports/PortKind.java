// SPDX-License-Identifier: Apache-2.0
package weir.ports;

import weir.core.port.PortException;

/** A kind of port that a spec can name, such as {@code tap}. Stateless; any thread. */
public interface PortKind {
    /** What stands in front of the colon. */
    String name();

    /** How to write the shortest spec of this kind, such as {@code tap:NAME}. */
    String form();

    /**
     * Makes a request of a spec of this kind; nothing on the machine is touched.
     *
     * @throws PortException when the target or an option does not fit, with what to write instead
     */
    PortRequest read(PortSpec spec) throws PortException;

    /** Whether ports of this kind work on Linux only. */
    default boolean needsLinux() {
        return true;
    }

    /**
     * Finds out whether ports of this kind can be opened here, by trying what can be tried and undoing it at
     * once; no interface, rule or file is left. For {@code weir doctor}: may take milliseconds.
     * Not asked on another system when the kind {@linkplain #needsLinux needs Linux}.
     */
    default PortAvailability probe() {
        return PortAvailability.works("needs nothing of the machine");
    }
}
