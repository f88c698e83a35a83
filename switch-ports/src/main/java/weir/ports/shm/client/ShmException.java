// SPDX-License-Identifier: Apache-2.0
package weir.ports.shm.client;

import java.io.IOException;

/** A client could not connect. The message says why. */
public final class ShmException extends IOException {
    private static final long serialVersionUID = 1L;

    ShmException(String message) {
        super(message);
    }

    ShmException(String message, Throwable cause) {
        super(message, cause);
    }
}
