// SPDX-License-Identifier: Apache-2.0
package weir.core.counter;

import java.util.Map;
import java.util.stream.Collectors;

/**
 * Every frame that came in went out or was dropped by name. Exact when the switch is at rest:
 *
 * <ul>
 *   <li>ingress port: received = decided + dropped by reason
 *   <li>switch: decided + clones + flood copies + segments created - originals consumed = enqueued to ports + dropped
 *       by reason
 *   <li>egress port: enqueued = transmitted + dropped by reason
 * </ul>
 */
public final class ConservationLaw {
    private ConservationLaw() {}

    /**
     * Checks the law for a switch at rest.
     *
     * @param ports counters by port name, ports already detached included
     * @throws AssertionError that names each port and what is left over
     */
    public static void assertHolds(Map<String, PortCounters> ports) {
        String broken = ports.entrySet().stream()
                .filter(port -> port.getValue().ingressInFlight() != 0
                        || port.getValue().egressInFlight() != 0)
                .map(port -> "port " + port.getKey() + " has "
                        + port.getValue().ingressInFlight() + " frames in flight at ingress, "
                        + port.getValue().egressInFlight() + " at egress: " + port.getValue())
                .collect(Collectors.joining("; "));
        long balance = switchBalance(ports);
        if (!broken.isEmpty() || balance != 0) {
            throw new AssertionError("frames are not conserved: "
                    + (balance == 0 ? "" : "switch balance " + balance + "; ") + (broken.isEmpty() ? ports : broken));
        }
    }

    /** Frames decided, cloned, flooded or segmented that were neither enqueued nor dropped; 0 at rest. */
    public static long switchBalance(Map<String, PortCounters> ports) {
        return ports.values().stream().mapToLong(PortCounters::switchBalance).sum();
    }
}
