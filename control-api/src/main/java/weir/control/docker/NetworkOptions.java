// SPDX-License-Identifier: Apache-2.0

package weir.control.docker;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import weir.control.text.Spelling;
import weir.control.topology.TopologyReader;
import weir.core.link.LinkSettings;
import weir.core.port.VlanMode;

/**
 * What {@code docker network create -o KEY=VALUE} says. Keys may have the prefix {@code weir.}; Docker's own key for the MTU
 * is known, too.
 *
 * @param switchName which switch the network is on; empty for one of its own
 * @param vlan VLAN of the network's ports, or 0 for none
 * @param program path of an object file, digest of one that the daemon has, or empty
 * @param mtuBytes MTU of containers' interfaces, or 0 for the default
 * @param link what is done to frames of each container; null for nothing
 * @param hasDockersGateway whether containers get an interface on Docker's own bridge, too, by which their ports are published
 *     and they reach other networks
 */
public record NetworkOptions(
        String switchName,
        int vlan,
        String program,
        int mtuBytes,
        LinkMode mode,
        @Nullable LinkSettings link,
        boolean hasDockersGateway) {
    /** None given. */
    public static final NetworkOptions DEFAULT = new NetworkOptions("", 0, "", 0, LinkMode.TAP, null, false);

    private static final String PREFIX = "weir.";
    private static final String DOCKERS_MTU = "com.docker.network.driver.mtu";

    private static final String SWITCH = "switch";
    private static final String VLAN = "vlan";
    private static final String PROGRAM = "program";
    private static final String MTU = "mtu";
    private static final String MODE = "mode";
    private static final String LINK = "link";
    private static final String GATEWAY = "gateway";
    private static final String NO_GATEWAY = "none";
    private static final String DOCKERS_GATEWAY = "docker";

    /** Settings of a link that may stand as options of their own. */
    static final List<String> LINK_KEYS = List.of(
            "delay",
            "jitter",
            "distribution",
            "loss",
            "loss-burst",
            "duplicate",
            "reorder",
            "corrupt",
            "rate",
            "burst",
            "limit",
            "seed");

    private static final Set<String> KNOWN = known(List.of(SWITCH, VLAN, PROGRAM, MTU, MODE, GATEWAY));

    // ETH_MIN_MTU, uapi/linux/if_ether.h, and what a TAP has at most.
    private static final int MIN_MTU_BYTES = 68;
    private static final int MAX_MTU_BYTES = 65_521;
    private static final int MAX_VALUE_CHARACTERS = 4_096;

    /** The options that are known, with those of the link, in order. */
    static Set<String> known(List<String> special) {
        Set<String> names = new TreeSet<>(LINK_KEYS);
        names.add(LINK);
        names.addAll(special);
        return Collections.unmodifiableSet(names);
    }

    /** Reads options; the first mistake is told. */
    public static NetworkOptions of(Map<String, String> given) throws DriverException {
        Map<String, String> options = plain(given, KNOWN);
        String name = options.getOrDefault(SWITCH, "");
        if (options.containsKey(SWITCH) && !TopologyReader.isName(name)) {
            throw new DriverException("option switch: '" + name + "' is no name; " + TopologyReader.NAME_RULE);
        }
        return new NetworkOptions(
                name,
                number(options, VLAN, 1, VlanMode.MAX_VLAN),
                options.getOrDefault(PROGRAM, ""),
                number(options, MTU, MIN_MTU_BYTES, MAX_MTU_BYTES),
                mode(options.getOrDefault(MODE, LinkMode.TAP.label())),
                link(options),
                hasDockersGateway(options.getOrDefault(GATEWAY, NO_GATEWAY)));
    }

    /** How the ports of the network treat tags. */
    public VlanMode vlanMode() {
        return vlan == 0 ? VlanMode.UNAWARE : new VlanMode.Access(vlan);
    }

    /** Options by their names without a prefix; unknown ones are refused. */
    static Map<String, String> plain(Map<String, String> given, Set<String> known) throws DriverException {
        Map<String, String> options = new TreeMap<>();
        for (Map.Entry<String, String> each : given.entrySet()) {
            String name = each.getKey().equals(DOCKERS_MTU) ? MTU : each.getKey();
            name = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
            if (!known.contains(name)) {
                throw new DriverException("unknown option '" + printable(name) + "'; "
                        + Spelling.didYouMean(name, known) + "options are " + String.join(", ", known));
            }
            if (each.getValue().length() > MAX_VALUE_CHARACTERS) {
                throw new DriverException("option " + name + " has "
                        + each.getValue().length() + " characters, more than " + MAX_VALUE_CHARACTERS);
            }
            if (options.put(name, each.getValue()) != null) {
                throw new DriverException("option " + name + " stands twice");
            }
        }
        return options;
    }

    /** What options say about the link; null when they say nothing. */
    static @Nullable LinkSettings link(Map<String, String> options) throws DriverException {
        Map<String, String> settings = new LinkedHashMap<>();
        for (String key : LINK_KEYS) {
            String value = options.get(key);
            if (value != null) {
                settings.put(key, value);
            }
        }
        String whole = options.get(LINK);
        if (whole == null && settings.isEmpty()) {
            return null;
        }
        if (whole != null && !settings.isEmpty()) {
            throw new DriverException("option link says all of a link; leave out "
                    + String.join(", ", settings.keySet()) + ", or write them into it: link=delay:20ms,loss:1%");
        }
        return parse(whole == null ? text(settings) : whole);
    }

    private static String text(Map<String, String> settings) throws DriverException {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, String> each : settings.entrySet()) {
            if (each.getValue().matches(".*[,;:].*")) {
                throw new DriverException(
                        "option " + each.getKey() + ": '" + printable(each.getValue()) + "' is more than one value");
            }
            text.append(text.isEmpty() ? "" : ",")
                    .append(each.getKey())
                    .append(':')
                    .append(each.getValue());
        }
        return text.toString();
    }

    private static LinkSettings parse(String text) throws DriverException {
        LinkSettings link;
        try {
            link = LinkSettings.parse(text);
        } catch (IllegalArgumentException e) {
            throw new DriverException("link: " + e.getMessage(), e);
        }
        if (link.forNanos() != 0) {
            throw new DriverException("link: a network's link cannot end by itself; leave out for:TIME");
        }
        return link;
    }

    private static int number(Map<String, String> options, String key, int least, int most) throws DriverException {
        String value = options.get(key);
        if (value == null) {
            return 0;
        }
        if (!value.matches("[0-9]{1,6}") || Integer.parseInt(value) < least || Integer.parseInt(value) > most) {
            throw new DriverException(
                    "option " + key + ": '" + printable(value) + "' is no number from " + least + " to " + most);
        }
        return Integer.parseInt(value);
    }

    private static LinkMode mode(String value) throws DriverException {
        for (LinkMode each : LinkMode.values()) {
            if (each.label().equals(value)) {
                return each;
            }
        }
        throw new DriverException("option mode: '" + printable(value) + "' is neither tap nor veth");
    }

    private static boolean hasDockersGateway(String value) throws DriverException {
        return switch (value) {
            case NO_GATEWAY -> false;
            case DOCKERS_GATEWAY -> true;
            default ->
                throw new DriverException("option gateway: '" + printable(value) + "' is neither " + NO_GATEWAY
                        + " nor " + DOCKERS_GATEWAY);
        };
    }

    /** Text from outside for a message: one line, no control characters, not endless. */
    static String printable(String text) {
        int most = 80;
        String cut = text.length() > most ? text.substring(0, most) + "..." : text;
        return cut.replaceAll("\\p{Cntrl}", "?");
    }
}
