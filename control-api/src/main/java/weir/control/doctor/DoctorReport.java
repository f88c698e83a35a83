// SPDX-License-Identifier: Apache-2.0
package weir.control.doctor;

import java.util.List;
import java.util.Map;
import weir.control.machine.MachineFacts;

/**
 * What {@code weir doctor} found.
 *
 * @param checks by name, in the order in which people should read them; {@code port_KIND} for each kind of port
 * @param missing how many are not there
 */
public record DoctorReport(MachineFacts machine, Map<String, Check> checks, int missing) {
    static final String PORT_CHECK = "port_";

    /** Kinds of port that work here, or those that do not, in the order in which they are shown. */
    public List<String> portKinds(boolean working) {
        return checks.entrySet().stream()
                .filter(check -> check.getKey().startsWith(PORT_CHECK))
                .filter(check -> check.getValue().ok() == working)
                .map(check -> check.getKey().substring(PORT_CHECK.length()))
                .toList();
    }
}
