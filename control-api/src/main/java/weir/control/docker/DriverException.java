// SPDX-License-Identifier: Apache-2.0

package weir.control.docker;

/** A request of Docker is not done; the message is what the user of Docker reads. */
public final class DriverException extends Exception {
    private static final long serialVersionUID = 1L;

    DriverException(String message) {
        super(message);
    }

    DriverException(String message, Throwable cause) {
        super(message, cause);
    }
}
