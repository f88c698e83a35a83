// SPDX-License-Identifier: Apache-2.0

package weir.control.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import weir.control.topology.ProgramDefinition;
import weir.control.topology.TopologyJson;
import weir.core.program.AttachedProgram;
import weir.core.program.ProgramPlace;
import weir.ebpf.map.MapSpec;

/**
 * A program of a switch in a daemon.
 *
 * @param id its place, {@code SWITCH} or {@code SWITCH:PORT}
 * @param type {@code XDP} or {@code VALE}
 * @param object digest of its object file; null, as {@code engine} and {@code definition}, when nobody asked for it
 * @param maps their ids
 * @param warnings of loading it
 */
@JsonNaming(SnakeCaseStrategy.class)
public record ProgramView(
        String id,
        @JsonProperty("switch") String switchName,
        @JsonUnwrapped ProgramReport report,
        String section,
        String type,
        @Nullable String object,
        @Nullable String engine,
        List<String> maps,
        List<String> warnings,
        @Nullable Map<String, Object> definition) {
    /** Its place, {@code SWITCH} or {@code SWITCH:PORT}. */
    public static String id(String switchName, ProgramPlace place) {
        return place instanceof ProgramPlace.OnPort(String port) ? switchName + ":" + port : switchName;
    }

    /** The id of one of its maps, {@code SWITCH::MAP} or {@code SWITCH:PORT:MAP}. */
    public static String mapId(String switchName, ProgramPlace place, String map) {
        return switchName + ":" + (place instanceof ProgramPlace.OnPort(String port) ? port : "") + ":" + map;
    }

    /** A program at this moment. */
    public static ProgramView of(String switchName, AttachedProgram program, @Nullable ProgramDefinition definition) {
        return new ProgramView(
                id(switchName, program.place()),
                switchName,
                ProgramReport.of(program),
                program.spec().section(),
                program.spec().type().name(),
                definition == null ? null : definition.object(),
                definition == null ? null : definition.engine().name().toLowerCase(Locale.ROOT),
                program.maps().stream()
                        .map(MapSpec::name)
                        .map(map -> mapId(switchName, program.place(), map))
                        .toList(),
                program.warnings(),
                definition == null ? null : TopologyJson.of(definition));
    }
}
