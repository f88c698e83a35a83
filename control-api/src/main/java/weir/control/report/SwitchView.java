// SPDX-License-Identifier: Apache-2.0

package weir.control.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import weir.control.topology.PortDefinition;
import weir.control.topology.ProgramDefinition;
import weir.control.topology.SwitchDefinition;
import weir.control.topology.TopologyJson;
import weir.core.PortInfo;
import weir.core.Switch;
import weir.core.port.PortState;
import weir.core.program.AttachedProgram;
import weir.core.program.ProgramPlace;

/**
 * A switch of a daemon with all that it has.
 *
 * @param waitMode how workers wait for frames
 * @param ports by name, in order of their numbers
 * @param programs by place, that of the switch first
 * @param links by place; of ports whose link is or was emulated
 * @param drops of all ports together, by reason
 * @param definition what is wanted
 */
@JsonNaming(SnakeCaseStrategy.class)
public record SwitchView(
        String name,
        int workers,
        @JsonProperty("wait") String waitMode,
        boolean loopGuard,
        Map<String, PortView> ports,
        Map<String, ProgramView> programs,
        Map<String, LinkView> links,
        Map<String, Long> drops,
        int fdbEntries,
        Map<String, Object> definition) {
    /**
     * A switch at this moment.
     *
     * @param failed names of ports that are wanted and could not be attached
     */
    public static SwitchView of(Switch sw, SwitchDefinition definition, Set<String> failed) {
        Map<String, LinkView> links = new LinkedHashMap<>();
        sw.links().all().stream()
                .filter(LinkView::isUsed)
                .forEach(link -> links.put(
                        sw.name() + ":" + link.port(),
                        LinkView.of(sw.name(), link, definition.ports().get(link.port()))));
        return new SwitchView(
                sw.name(),
                definition.workers(),
                waitMode(definition),
                definition.loopGuard(),
                ports(sw, definition, failed),
                programs(sw, definition),
                links,
                StatsView.drops(sw),
                sw.fdbEntries(),
                TopologyJson.of(definition));
    }

    private static String waitMode(SwitchDefinition definition) {
        return definition.waitMode().name().toLowerCase(Locale.ROOT);
    }

    /** Its ports by name, in order of their numbers; those that could not be attached come last. */
    public static Map<String, PortView> ports(Switch sw, SwitchDefinition definition, Set<String> failed) {
        Map<String, PortView> ports = new LinkedHashMap<>();
        sw.ports()
                .forEach(port -> ports.put(
                        port.name(), PortView.of(sw, port, definition.ports().get(port.name()))));
        definition.ports().forEach((name, port) -> {
            if (failed.contains(name)) { // others are being detached just now
                ports.computeIfAbsent(name, _ -> PortView.failed(sw, name, port));
            }
        });
        return ports;
    }

    /** Its programs by place, that of the switch first. */
    public static Map<String, ProgramView> programs(Switch sw, SwitchDefinition definition) {
        Map<String, ProgramView> programs = new LinkedHashMap<>();
        for (AttachedProgram program : sw.programs().all()) {
            ProgramView view = ProgramView.of(sw.name(), program, definition(program.place(), definition));
            programs.put(view.id(), view);
        }
        return programs;
    }

    /** What is wanted at a place; null for nothing. */
    public static @Nullable ProgramDefinition definition(ProgramPlace place, SwitchDefinition definition) {
        if (place instanceof ProgramPlace.OnPort(String port)) {
            PortDefinition known = definition.ports().get(port);
            return known == null ? null : known.program();
        }
        return definition.program();
    }

    /**
     * A switch in a list.
     *
     * @param program name of its program; null without
     * @param received frames, of the ports that are attached; so are the other two
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Summary(
            int workers,
            @JsonProperty("wait") String waitMode,
            boolean loopGuard,
            int ports,
            int portsUp,
            @Nullable String program,
            int fdbEntries,
            long received,
            long transmitted,
            long dropped) {
        /** A switch at this moment. */
        public static Summary of(Switch sw, SwitchDefinition definition) {
            List<PortInfo> ports = sw.ports();
            return new Summary(
                    definition.workers(),
                    SwitchView.waitMode(definition),
                    definition.loopGuard(),
                    ports.size(),
                    (int) ports.stream()
                            .filter(port -> port.state() == PortState.UP)
                            .count(),
                    sw.programs()
                            .at(ProgramPlace.onSwitch())
                            .map(program -> program.spec().name())
                            .orElse(null),
                    sw.fdbEntries(),
                    ports.stream().mapToLong(port -> port.counters().received()).sum(),
                    ports.stream()
                            .mapToLong(port -> port.counters().transmitted())
                            .sum(),
                    ports.stream()
                            .mapToLong(
                                    port -> PortReport.of(port, port.counters()).dropped())
                            .sum());
        }
    }
}
