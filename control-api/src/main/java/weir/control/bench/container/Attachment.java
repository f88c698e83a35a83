// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.container;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How a station is at the switch: the network driver's option {@code mode}, and what it does not have. */
public enum Attachment {
    /** A TAP, whose descriptor the switch reads and writes. */
    TAP,
    /** One end of a veth pair; the switch has a packet socket on the other. */
    VETH,
    /** One end of a veth pair; the switch has the other by AF_XDP. Not for containers. */
    XDP;

    /** Specification of the switch's port for a station, once {@link Namespaces} has made what is there before it. */
    String spec(String port, Station station) {
        return switch (this) {
            case TAP -> "tap:" + port + "?netns=" + station.namespace();
            case VETH -> "packet:" + port;
            case XDP -> "xdp:" + port;
        };
    }

    /** As it is written on the command line. */
    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
