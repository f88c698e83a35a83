// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.container;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How many containers are on the switch. Frames go from the first to all others, TCP between the first two. */
public enum Layout {
    PAIR(2),
    STAR8(8);

    private final int stations;

    Layout(int stations) {
        this.stations = stations;
    }

    int stations() {
        return stations;
    }

    /** As it is written on the command line. */
    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
