// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What the verifier says in one word. */
public enum Verdict {
    ACCEPTED,
    REJECTED;

    /** As people and JSON have it. */
    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
