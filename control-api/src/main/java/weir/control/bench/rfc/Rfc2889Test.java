// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.rfc;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The benchmarking tests of RFC 2889, section 5, that one device between ports allows. */
public enum Rfc2889Test {
    /** 5.1. */
    FULLY_MESHED(2, true),
    /** 5.2. */
    ONE_TO_MANY(2, true),
    /** 5.2. */
    MANY_TO_ONE(2, true),
    /** 5.5. */
    CONGESTION(4, true),
    /** 5.6. */
    FORWARD_PRESSURE(2, true),
    /** 5.7. */
    ADDRESS_CACHING(3, false),
    /** 5.8. */
    ADDRESS_LEARNING(3, false),
    /** 5.9. */
    ERRORED_FRAMES(2, false),
    /** 5.10. */
    BROADCAST(2, true);

    private final int ports;
    private final boolean bySize;

    Rfc2889Test(int ports, boolean bySize) {
        this.ports = ports;
        this.bySize = bySize;
    }

    /** Ports that it takes at least. */
    public int ports() {
        return ports;
    }

    /** Whether it is made for each length of frames; else with the first. */
    boolean isBySize() {
        return bySize;
    }

    /** As JSON has it. */
    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
