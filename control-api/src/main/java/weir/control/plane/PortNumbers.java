// SPDX-License-Identifier: Apache-2.0

package weir.control.plane;

import java.util.HashMap;
import java.util.Map;
import weir.control.topology.PortDefinition;
import weir.control.topology.SwitchDefinition;
import weir.control.topology.Topology;
import weir.core.PortInfo;
import weir.core.Switch;

/** Numbers that ports have, those included that may have any. */
final class PortNumbers {
    private PortNumbers() {}

    /** Of all ports that are attached, by {@code SWITCH:PORT}. */
    static Map<String, Integer> of(Map<String, Switch> live) {
        Map<String, Integer> numbers = new HashMap<>();
        live.forEach((name, sw) -> sw.ports().forEach(port -> numbers.put(name + ":" + port.name(), port.number())));
        return numbers;
    }

    /** A topology that asks for the numbers that its ports have. */
    static Topology pinned(Topology topology, Map<String, Integer> numbers) {
        Topology pinned = topology;
        for (Map.Entry<String, SwitchDefinition> each : topology.switches().entrySet()) {
            for (String port : each.getValue().ports().keySet()) {
                Integer number = numbers.get(each.getKey() + ":" + port);
                if (number != null) {
                    pinned = withNumber(pinned, each.getKey(), port, number);
                }
            }
        }
        return pinned;
    }

    /** A topology whose ports may have any number where another one says so. */
    static Topology released(Topology pinned, Topology as) {
        Topology released = pinned;
        for (Map.Entry<String, SwitchDefinition> each : pinned.switches().entrySet()) {
            SwitchDefinition known = as.find(each.getKey());
            for (String port : each.getValue().ports().keySet()) {
                PortDefinition definition = known == null ? null : known.ports().get(port);
                if (definition != null && definition.number() == 0) {
                    released = withNumber(released, each.getKey(), port, 0);
                }
            }
        }
        return released;
    }

    private static Topology withNumber(Topology topology, String switchName, String port, int number) {
        return topology.change(switchName, sw -> sw.changePort(port, known -> known.withNumber(number)));
    }

    /**
     * Checks that a port may get a number without another one losing it: what is asked for one port is done to no other.
     *
     * @param definition what is wanted of the switch now
     * @param number 0 for any, which is always free
     * @throws ControlException a conflict that names the port that has it
     */
    static void requireFree(Switch sw, SwitchDefinition definition, String port, int number) throws ControlException {
        for (PortInfo other : sw.ports()) {
            if (number != 0 && other.number() == number && !other.name().equals(port)) {
                PortDefinition known = definition.ports().get(other.name());
                boolean isByChance = known != null && known.number() == 0;
                throw ControlException.conflict(
                        "number " + number + " is in use by " + sw.name() + ":" + other.name(),
                        "leave out the number, choose another one, or detach " + other.name() + " first"
                                + (isByChance ? "; it may have any number: 'weir apply' moves it" : ""));
            }
        }
    }
}
