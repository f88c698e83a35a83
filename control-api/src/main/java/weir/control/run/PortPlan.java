// SPDX-License-Identifier: Apache-2.0
package weir.control.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import weir.core.Switch;
import weir.core.link.LinkSettings;
import weir.core.port.PortException;
import weir.core.port.PortOptions;
import weir.core.port.VlanMode;
import weir.core.rate.StormLimits;
import weir.ports.PortRequest;
import weir.ports.PortSpec;

/** The ports that a switch is to get, checked against each other before the first one is opened. */
public final class PortPlan {
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private record Entry(
            PortRequest spec, PortOptions options, @Nullable LinkSettings link) {
        Entry with(PortOptions changed) {
            return new Entry(spec, changed, link);
        }
    }

    /** Changes one port's entry; what is wrong with the text is an IllegalArgumentException. */
    @FunctionalInterface
    private interface Change {
        Entry apply(Entry entry, String text);
    }

    /**
     * What is said of ports beside their specs, by name of the port.
     *
     * @param vlans VLAN modes; the other ports are unaware
     * @param storms storm limits
     * @param links emulated links
     */
    public record Settings(Map<String, String> vlans, Map<String, String> storms, Map<String, String> links) {
        /** VLAN modes only. */
        public static Settings vlans(Map<String, String> modes) {
            return new Settings(modes, Map.of(), Map.of());
        }
    }

    /**
     * Reads specs.
     *
     * @throws PortException when a spec or a setting is wrong, or two specs name the same interface
     */
    public static PortPlan of(List<String> specs, Settings settings) throws PortException {
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
            String name = PortNames.free(parsed.name(), plan.entries.keySet());
            plan.entries.put(name, new Entry(parsed, PortOptions.named(name), null));
        }
        plan.change(
                "--vlan",
                "access:10 or %s=trunk:10,20-29",
                settings.vlans(),
                (entry, text) -> entry.with(entry.options().withVlan(VlanMode.parse(text))));
        plan.change(
                "--storm",
                "broadcast:1000,multicast:1000,unknown:1000",
                settings.storms(),
                (entry, text) -> entry.with(entry.options().withStorm(StormLimits.parse(text))));
        plan.change(
                "--link",
                "delay:20ms,jitter:5ms,loss:1%%",
                settings.links(),
                (entry, text) -> new Entry(entry.spec(), entry.options(), LinkSettings.parse(text)));
        return plan;
    }

    private void change(String option, String example, Map<String, String> texts, Change change) throws PortException {
        for (Map.Entry<String, String> each : texts.entrySet()) {
            String port = each.getKey();
            Entry entry = entries.get(port);
            if (entry == null) {
                throw new PortException(
                        option + " names port " + PortSpec.quote(port) + ", which is not among the specs",
                        "ports here are " + String.join(", ", new TreeSet<>(entries.keySet())));
            }
            try {
                entries.put(port, change.apply(entry, each.getValue()));
            } catch (IllegalArgumentException e) {
                throw new PortException(
                        String.valueOf(e.getMessage()),
                        "write " + option + " " + port + "=" + String.format(example, port),
                        e);
            }
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
        for (Map.Entry<String, Entry> each : entries.entrySet()) {
            Entry entry = each.getValue();
            sw.attach(entry.spec().open(), entry.options(), port -> {
                LinkSettings link = entry.link();
                if (link != null) {
                    sw.links().set(port.name(), link);
                }
                preparation.prepare(port);
            });
        }
    }
}
