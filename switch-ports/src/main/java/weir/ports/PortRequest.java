// SPDX-License-Identifier: Apache-2.0
package weir.ports;

import weir.core.port.Port;
import weir.core.port.PortException;

/** A spec that was read and can be opened; nothing on the machine was touched yet. */
public interface PortRequest {
    /** What the port is called unless the user says otherwise. */
    String name();

    /** Equal for two specs that would open the same thing. */
    String identity();

    /**
     * Opens the port; the caller closes it.
     *
     * @throws PortException when it can not be opened, with cause and remedy
     */
    Port open() throws PortException;

    /** What {@link #open} does. */
    @FunctionalInterface
    interface Opener {
        Port open() throws PortException;
    }

    /** A request of these parts. */
    static PortRequest of(String name, String identity, Opener opener) {
        record Request(String name, String identity, Opener opener) implements PortRequest {
            @Override
            public Port open() throws PortException {
                return opener.open();
            }
        }
        return new Request(name, identity, opener);
    }
}
