// SPDX-License-Identifier: Apache-2.0
package weir.control.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import weir.core.Switch;
import weir.core.port.PortException;
import weir.core.port.PortOptions;
import weir.core.port.VlanMode;
import weir.ports.PortRequest;
import weir.ports.PortSpec;

/** The ports that a switch is to get, checked against each other before the first one is opened. */
public final class PortPlan {
    private static final int MAX_NAME_LENGTH = 15;

    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private record Entry(PortRequest spec, VlanMode vlan) {}

    /**
     * Reads specs.
     *
     * @param vlans VLAN mode by name of the port; the others are unaware
     * @throws PortException when a spec or a mode is wrong, or two specs name the same interface
     */
    public static PortPlan of(List<String> specs, Map<String, String> vlans) throws PortException {
        PortPlan plan = new PortPlan();
        Map<String, String> textByIdentity = new LinkedHashMap<>();
        for (String text : specs) {
            PortRequest parsed = PortSpecs.parse(text);
            String before = textByIdentity.put(parsed.identity(), text);
            if (before != null) {
                throw new PortException(
                        PortSpec.quote(before) + " and " + PortSpec.quote(text) + " name the same port",
                        "name each interface once");
            }
            plan.entries.put(plan.freeName(parsed.name()), new Entry(parsed, VlanMode.UNAWARE));
        }
        for (Map.Entry<String, String> vlan : vlans.entrySet()) {
            plan.setVlan(vlan.getKey(), vlan.getValue());
        }
        return plan;
    }

    /** Interfaces in two namespaces may have one name, ports of a switch may not: {@code eth0}, {@code eth0-2}. */
    private String freeName(String wanted) {
        String name = wanted;
        for (int i = 2; entries.containsKey(name); i++) {
            String suffix = "-" + i;
            name = wanted.substring(0, Math.min(wanted.length(), MAX_NAME_LENGTH - suffix.length())) + suffix;
        }
        return name;
    }

    private void setVlan(String port, String mode) throws PortException {
        Entry entry = entries.get(port);
        if (entry == null) {
            throw new PortException(
                    "--vlan names port " + PortSpec.quote(port) + ", which is not among the specs",
                    "ports here are " + String.join(", ", new TreeSet<>(entries.keySet())));
        }
        try {
            entries.put(port, new Entry(entry.spec(), VlanMode.parse(mode)));
        } catch (IllegalArgumentException e) {
            throw new PortException(
                    String.valueOf(e.getMessage()),
                    "write --vlan " + port + "=access:10 or " + port + "=trunk:10,20-29",
                    e);
        }
    }

    /** Names of the ports, in the order of their specs. */
    public List<String> names() {
        return new ArrayList<>(entries.keySet());
    }

    /**
     * Opens every port and attaches it, numbered from 1 in the order of the specs.
     *
     * @param preparation of each port before its first frame is taken
     */
    public <E extends Exception> void attachTo(Switch sw, Switch.PortPreparation<E> preparation)
            throws PortException, E {
        for (Map.Entry<String, Entry> entry : entries.entrySet()) {
            PortOptions options =
                    PortOptions.named(entry.getKey()).withVlan(entry.getValue().vlan());
            sw.attach(entry.getValue().spec().open(), options, preparation);
        }
    }
}
