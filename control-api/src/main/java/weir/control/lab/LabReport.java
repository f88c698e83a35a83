// SPDX-License-Identifier: Apache-2.0

package weir.control.lab;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * A lab at this moment.
 *
 * @param state {@code up}; {@code partial} where something is missing; {@code no_daemon}
 * @param file that it was made from
 * @param socket of the daemon with its switches
 * @param switches that came with it
 * @param services by name
 * @param trunks ports of no service by {@code SWITCH:PORT}, and their states
 */
@JsonNaming(SnakeCaseStrategy.class)
public record LabReport(
        String state,
        String file,
        String socket,
        List<String> switches,
        Map<String, Service> services,
        Map<String, String> trunks) {
    /**
     * A service.
     *
     * @param namespace name of its network namespace
     * @param present whether that is there
     * @param running whether its command runs
     * @param interfaces by name
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Service(String namespace, boolean present, boolean running, Map<String, Nic> interfaces) {}

    /**
     * An interface.
     *
     * @param state of its port; {@code MISSING} where the daemon has none
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Nic(
            @JsonProperty("switch") String switchName, String port, String state, String mac, List<String> addresses) {}

    /**
     * What was taken down.
     *
     * @param lab its name
     * @param processes commands that were ended
     * @param namespaces that were deleted
     * @param switchesDeleted those that came with the lab
     * @param switchesLeft those of them that others have ports on
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Ended(
            String lab,
            int processes,
            List<String> namespaces,
            List<String> switchesDeleted,
            List<String> switchesLeft) {}
}
