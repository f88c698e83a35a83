// SPDX-License-Identifier: Apache-2.0

package weir.control.docker;

import java.util.Locale;

/** What a container's interface is. */
public enum LinkMode {
    /** A TAP, served by its descriptor wherever it is. */
    TAP,
    /** One end of a veth pair; the other stays on the host and is served by a packet socket. */
    VETH;

    /** As options write it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
