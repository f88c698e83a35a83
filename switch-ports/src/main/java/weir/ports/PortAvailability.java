// SPDX-License-Identifier: Apache-2.0
package weir.ports;

/**
 * Whether a kind of port works on this machine, with this process's rights.
 *
 * @param available ports of the kind can be opened
 * @param detail what was found: what was tried, or what refused
 * @param remedy what to do when it is not available, else empty
 */
public record PortAvailability(boolean available, String detail, String remedy) {
    public PortAvailability {
        if (available != remedy.isEmpty()) {
            throw new IllegalArgumentException("a remedy goes with a gap and with nothing else: " + detail);
        }
    }

    /** It works. */
    public static PortAvailability works(String detail) {
        return new PortAvailability(true, detail, "");
    }

    /** It does not work; the remedy says what to do about it. */
    public static PortAvailability lacks(String detail, String remedy) {
        return new PortAvailability(false, detail, remedy);
    }
}
