// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.container;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What Weir is held against: veth pairs between namespaces, joined by somebody else. */
public enum Baseline {
    /** The kernel's bridge; it works on the CPU of who sends. */
    BRIDGE,
    /** The same, moved to the switch's CPU by receive packet steering on the bridge's ports. */
    BRIDGE_RPS,
    /** Open vSwitch with its switch in user space. */
    OVS;

    /** As it is written on the command line. */
    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
