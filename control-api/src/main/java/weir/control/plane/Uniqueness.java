// SPDX-License-Identifier: Apache-2.0

package weir.control.plane;

import java.util.HashMap;
import java.util.Map;
import weir.control.run.PortSpecs;
import weir.control.topology.StaticEntry;
import weir.control.topology.SwitchDefinition;
import weir.control.topology.Topology;
import weir.core.fdb.MacAddress;
import weir.core.port.PortException;

/** What a topology may hold once only: an interface, a number, an address. Told before anything is touched. */
final class Uniqueness {
    private final Map<String, String> placeByInterface = new HashMap<>();

    private Uniqueness() {}

    /**
     * Looks at a whole topology.
     *
     * @throws ControlException a conflict that names both places
     */
    static void check(Topology wanted) throws ControlException {
        Uniqueness seen = new Uniqueness();
        for (Map.Entry<String, SwitchDefinition> each : wanted.switches().entrySet()) {
            seen.checkPorts(each.getKey(), each.getValue());
            checkEntries(each.getKey(), each.getValue());
        }
    }

    private void checkPorts(String switchName, SwitchDefinition definition) throws ControlException {
        Map<Integer, String> nameByNumber = new HashMap<>();
        for (var port : definition.ports().entrySet()) {
            String place = switchName + ":" + port.getKey();
            String spec = port.getValue().spec();
            String before = placeByInterface.putIfAbsent(identity(switchName, spec), place);
            if (before != null) {
                throw ControlException.conflict(
                        "'" + spec + "' is attached already as " + before,
                        "detach it there first, or choose another one");
            }
            int number = port.getValue().number();
            String other = number == 0 ? null : nameByNumber.putIfAbsent(number, port.getKey());
            if (other != null) {
                throw ControlException.conflict(
                        "number " + number + " is in use by " + switchName + ":" + other, "leave out the number");
            }
        }
    }

    /** Ports that are only memory of this process are one thing for each switch, others one for the machine. */
    private static String identity(String switchName, String spec) throws ControlException {
        try {
            String identity = PortSpecs.parse(spec).identity();
            boolean isPrivate = identity.startsWith("memory:") || identity.startsWith("null:");
            return isPrivate ? switchName + " " + identity : identity;
        } catch (PortException e) {
            throw new ControlException(ControlException.Code.INVALID, String.valueOf(e.getMessage()), e.hint());
        }
    }

    private static void checkEntries(String switchName, SwitchDefinition definition) throws ControlException {
        Map<String, String> portByAddress = new HashMap<>();
        for (StaticEntry entry : definition.fdb()) {
            String address = MacAddress.toString(entry.mac()) + (entry.vlan() == 0 ? "" : " VLAN " + entry.vlan());
            String before = portByAddress.putIfAbsent(address, entry.port());
            if (before != null) {
                throw ControlException.conflict(
                        address + " is a static entry of " + switchName + " already, for port " + before,
                        "delete it first");
            }
        }
    }
}
