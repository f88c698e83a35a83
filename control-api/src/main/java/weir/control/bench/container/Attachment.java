// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.container;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a container's interface is: as the network driver's option {@code mode}. */
public enum Attachment {
    /** A TAP, whose descriptor the switch reads and writes. */
    TAP,
    /** One end of a veth pair; the switch has a packet socket on the other. */
    VETH;

    /** As it is written on the command line. */
    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
