// SPDX-License-Identifier: Apache-2.0
package weir.ports;

import java.util.function.Function;
import weir.ports.linux.LinuxException;

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

    /** Something of the machine that a kind of port needs. */
    @FunctionalInterface
    public interface Trial {
        void run() throws LinuxException;
    }

    /**
     * Tries it.
     *
     * @param detail what was tried, shown when it works
     * @param remedy against what the kernel answered
     */
    public static PortAvailability tried(Trial trial, String detail, Function<? super LinuxException, String> remedy) {
        try {
            trial.run();
            return works(detail);
        } catch (LinuxException e) {
            return lacks(String.valueOf(e.getMessage()), remedy.apply(e));
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
