// SPDX-License-Identifier: Apache-2.0
package weir.control.report;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import weir.control.topology.PortDefinition;
import weir.core.PortInfo;
import weir.core.counter.DropReason;
import weir.core.counter.PortCounters;

/**
 * A port and its counters. Frames and bytes are those of {@link PortCounters}.
 *
 * @param state a PortState, or {@code FAILED} for one that could not be attached
 * @param loopBlocked it is part of a loop, and carries nothing but the switch's probes
 * @param storm storm limits, {@code none} without
 * @param drops drops that this port counted, by label; reasons without drops absent
 * @param peerDropped frames that the system behind the port dropped
 * @param learnRefused addresses that were not learned for want of quota
 */
@JsonNaming(SnakeCaseStrategy.class)
public record PortReport(
        int number,
        String spec,
        String state,
        boolean loopBlocked,
        String vlan,
        String storm,
        int mtuBytes,
        long received,
        long receivedBytes,
        long transmitted,
        long transmittedBytes,
        Map<String, Long> drops,
        long peerDropped,
        long learnRefused) {

    /** Of a port that is not there, though it is wanted. */
    static PortReport failed(PortDefinition port) {
        return new PortReport(
                port.number(),
                port.spec(),
                "FAILED",
                false,
                port.vlan().toString(),
                port.storm().toString(),
                0,
                0,
                0,
                0,
                0,
                Map.of(),
                0,
                0);
    }

    /** Of a port and what it counted. */
    public static PortReport of(PortInfo port, PortCounters counters) {
        return new PortReport(
                port.number(),
                port.spec(),
                port.state().name(),
                port.loopBlocked(),
                port.options().vlan().toString(),
                port.options().storm().toString(),
                port.mtuBytes(),
                counters.received(),
                counters.receivedBytes(),
                counters.transmitted(),
                counters.transmittedBytes(),
                labelled(counters.drops()),
                port.peerDropped(),
                port.learnRefused());
    }

    /** By label instead of reason. */
    public static Map<String, Long> labelled(Map<DropReason, Long> drops) {
        Map<String, Long> labelled = new LinkedHashMap<>();
        drops.forEach((reason, frames) -> labelled.put(reason.label(), frames));
        return labelled;
    }

    /** All frames that this port dropped. */
    public long dropped() {
        return drops.values().stream().mapToLong(Long::longValue).sum();
    }
}
