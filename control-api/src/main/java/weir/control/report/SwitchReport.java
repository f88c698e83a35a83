// SPDX-License-Identifier: Apache-2.0
package weir.control.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import weir.core.PortInfo;
import weir.core.Switch;
import weir.core.counter.PortCounters;
import weir.core.program.AttachedProgram;

/**
 * A switch at one moment.
 *
 * @param ports by name, in order of their numbers
 * @param programs that of the switch first, then by number of the port; programs in Java are not among them
 * @param links emulated links of ports, those whose time is over included
 * @param drops frames that ended inside the switch, by reason, all ports together
 * @param fdbEntries addresses that the switch knows
 * @param law whether every frame is accounted for
 */
@JsonNaming(SnakeCaseStrategy.class)
public record SwitchReport(
        Map<String, PortReport> ports,
        List<ProgramReport> programs,
        List<LinkReport> links,
        Map<String, Long> drops,
        int fdbEntries,
        LawReport law) {

    /** Reads a switch that is at rest or nearly so, and is given a moment to get there. */
    public static SwitchReport of(Switch sw) throws InterruptedException {
        LawReport law = LawReport.await(sw);
        return new Reader(sw).report(sw.counters(), law);
    }

    /** Reads a switch under load: takes its ports away, so that it comes to rest. */
    public static SwitchReport closing(Switch sw) throws InterruptedException {
        Reader reader = new Reader(sw);
        reader.ports.forEach(port -> sw.detach(port.name()));
        LawReport law = LawReport.await(sw);
        return reader.report(sw.counters(), law);
    }

    /** What is known of the ports while they are attached. */
    private static final class Reader {
        private final List<PortInfo> ports;
        private final List<AttachedProgram> programs;
        private final List<LinkReport> links;
        private final int fdbEntries;

        Reader(Switch sw) {
            ports = sw.ports();
            programs = sw.programs().all();
            fdbEntries = sw.fdb().size();
            links = sw.links().all().stream()
                    .filter(LinkReport::isUsed)
                    .map(LinkReport::of)
                    .toList();
        }

        SwitchReport report(Map<String, PortCounters> counters, LawReport law) {
            Map<String, PortReport> reports = new LinkedHashMap<>();
            for (PortInfo port : ports) {
                PortCounters own = counters.getOrDefault(port.name(), port.counters());
                reports.put(port.name(), PortReport.of(port, own));
            }
            Map<String, Long> drops = new TreeMap<>();
            counters.values()
                    .forEach(port -> PortReport.labelled(port.drops())
                            .forEach((reason, frames) -> drops.merge(reason, frames, Long::sum)));
            return new SwitchReport(
                    reports, programs.stream().map(ProgramReport::of).toList(), links, drops, fdbEntries, law);
        }
    }
}
