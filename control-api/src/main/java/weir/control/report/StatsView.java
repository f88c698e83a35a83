// SPDX-License-Identifier: Apache-2.0

package weir.control.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import weir.core.Switch;

/**
 * Counters of a switch at one moment, for rates between two of them.
 *
 * @param time ISO 8601
 * @param monotonicNs of a clock that never jumps
 * @param ports by name, in order of their numbers
 * @param drops of all ports together, detached ones included
 */
@JsonNaming(SnakeCaseStrategy.class)
public record StatsView(
        @JsonProperty("switch") String switchName,
        String time,
        long monotonicNs,
        Map<String, PortReport> ports,
        Map<String, Long> drops,
        int fdbEntries) {
    /** Reads what workers have published; waits for none. */
    public static StatsView of(Switch sw) {
        Map<String, PortReport> ports = new LinkedHashMap<>();
        sw.ports().forEach(port -> ports.put(port.name(), PortReport.of(port, port.counters())));
        return new StatsView(sw.name(), Instant.now().toString(), System.nanoTime(), ports, drops(sw), sw.fdbEntries());
    }

    /** Drops of all ports, by reason; reasons without drops absent. */
    public static Map<String, Long> drops(Switch sw) {
        return new TreeMap<>(PortReport.labelled(sw.total().drops()));
    }
}
