// SPDX-License-Identifier: Apache-2.0

package weir.control.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import weir.control.program.LiveMap;
import weir.control.program.MapShape;
import weir.core.program.AttachedProgram;
import weir.core.program.ProgramPlace;
import weir.ebpf.map.MapSpec;

/**
 * A map of a program in a daemon.
 *
 * @param port whose program it is of; null for that of the switch
 */
@JsonNaming(SnakeCaseStrategy.class)
public record MapView(
        @JsonProperty("switch") String switchName,
        @Nullable String port,
        String program,
        String map,
        @JsonUnwrapped MapShape shape) {
    /** One of a program's maps. */
    public static MapView of(String switchName, AttachedProgram program, MapSpec spec) {
        return new MapView(
                switchName,
                program.place() instanceof ProgramPlace.OnPort(String port) ? port : null,
                program.spec().name(),
                spec.name(),
                LiveMap.shape(spec));
    }
}
