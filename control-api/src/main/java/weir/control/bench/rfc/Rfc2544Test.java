// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.rfc;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The benchmarking tests of RFC 2544, section 26. */
public enum Rfc2544Test {
    /** 26.1. */
    THROUGHPUT,
    /** 26.2. */
    LATENCY,
    /** 26.3. */
    FRAME_LOSS,
    /** 26.4. */
    BACK_TO_BACK,
    /** 26.5. */
    SYSTEM_RECOVERY,
    /** 26.6. */
    RESET;

    /** As JSON has it. */
    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
