// SPDX-License-Identifier: Apache-2.0

package weir.control.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import weir.control.topology.PortDefinition;
import weir.control.topology.TopologyJson;
import weir.core.LinkInfo;
import weir.core.PortInfo;
import weir.core.Switch;
import weir.core.link.LinkSettings;
import weir.core.program.ProgramPlace;

/**
 * A port of a switch in a daemon.
 *
 * @param program name of its program; null without
 * @param link settings that are in force; null without
 * @param definition what is wanted; null for a port that nobody asked for
 */
@JsonNaming(SnakeCaseStrategy.class)
public record PortView(
        @JsonProperty("switch") String switchName,
        String name,
        @JsonUnwrapped PortReport report,
        @Nullable String program,
        @Nullable String link,
        @Nullable Map<String, Object> definition) {
    /** A port that is wanted and could not be attached. */
    public static PortView failed(Switch sw, String name, PortDefinition definition) {
        return new PortView(sw.name(), name, PortReport.failed(definition), null, null, TopologyJson.of(definition));
    }

    /** A port at this moment. */
    public static PortView of(Switch sw, PortInfo port, @Nullable PortDefinition definition) {
        return new PortView(
                sw.name(),
                port.name(),
                PortReport.of(port, port.counters()),
                sw.programs()
                        .at(ProgramPlace.onPort(port.name()))
                        .map(program -> program.spec().name())
                        .orElse(null),
                sw.links()
                        .show(port.name())
                        .flatMap(LinkInfo::settings)
                        .map(LinkSettings::toString)
                        .orElse(null),
                definition == null ? null : TopologyJson.of(definition));
    }
}
