// SPDX-License-Identifier: Apache-2.0

package weir.control.plane;

import java.util.Optional;

/** Whether the configuration is in force. Not so at first. Any thread. */
public final class Readiness {
    private volatile String cause = "the daemon is starting";

    /** Nothing is in force yet. */
    public Readiness() {}

    /** The configuration is in force. */
    public void reached() {
        cause = "";
    }

    /** It is not, or no longer. */
    public void missing(String why) {
        cause = why;
    }

    /** Why it is not in force; empty when it is. */
    public Optional<String> missing() {
        String now = cause;
        return now.isEmpty() ? Optional.empty() : Optional.of(now);
    }
}
