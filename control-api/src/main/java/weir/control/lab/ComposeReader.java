// SPDX-License-Identifier: Apache-2.0

package weir.control.lab;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import weir.control.docker.Addresses;
import weir.control.docker.DriverException;
import weir.control.docker.EndpointOptions;
import weir.control.docker.LinkMode;
import weir.control.docker.NetworkOptions;
import weir.control.lab.LabFile.Nic;
import weir.control.lab.LabFile.Station;
import weir.control.station.IpPrefix;
import weir.control.station.Route;
import weir.control.text.Sha256;
import weir.control.text.Spelling;
import weir.control.topology.DefinitionErrors;
import weir.control.topology.ObjectFolder;
import weir.control.topology.ObjectNames;
import weir.control.topology.ObjectReader;
import weir.control.topology.PortDefinition;
import weir.control.topology.SwitchDefinition;
import weir.control.topology.TopologyReader;
import weir.core.fdb.MacAddress;
import weir.core.rate.StormLimits;

/**
 * Reads the part of a Compose file (compose-spec) that says who is on which network. Options of networks and of services on
 * them are those of the network driver, and mean the same.
 */
final class ComposeReader {
    static final String DRIVER = "weir";

    private static final String EXTENSION = "x-weir";
    private static final Pattern LAB = Pattern.compile("[a-z0-9][a-z0-9_-]{0,23}");
    private static final Pattern SERVICE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,29}");

    private final ObjectFolder objects;
    private final List<DefinitionErrors.Place> errors;
    private final SortedMap<String, Integer> ignored = new TreeMap<>();
    private final Map<String, Network> networks = new LinkedHashMap<>();
    private final Map<String, String> programs = new LinkedHashMap<>();
    private final Map<String, String> placeByPort = new LinkedHashMap<>();

    ComposeReader(ObjectFolder objects, List<DefinitionErrors.Place> errors) {
        this.objects = objects;
        this.errors = errors;
    }

    /** A network of the file. */
    private record Network(NetworkOptions options, String switchName, String program, AddressPlan addresses) {}

    LabFile read(JsonNode root, String otherwise) {
        ObjectReader top = at(root, "");
        String name = top.text("name", otherwise);
        if (!LAB.matcher(name).matches()) {
            top.wrong(
                    top.pointerTo("name"),
                    "'" + name + "' is no name for a lab",
                    "names are 1 to 24 lower-case letters, digits, '_' and '-'; write name: NAME");
        }
        Map<String, SwitchDefinition> switches = extension(top);
        forEach(top, "networks", this::network);
        networks.forEach((network, each) -> noteProgram(each, switches));
        Map<String, Station> stations = new LinkedHashMap<>();
        Map<String, JsonNode> services = fields(top, "services");
        if (services.isEmpty() && switches.isEmpty()) {
            top.wrong(
                    top.pointerTo("services"),
                    "there are no services",
                    "write services: {NAME: {networks: [NETWORK]}}");
        }
        takeWanted(services);
        services.forEach((service, node) ->
                stations.put(service, station(service, at(node, pointer("services", service)))));
        end(top, ComposeKeys.TOP);
        return new LabFile(name, switches, programs, stations, objects.contents(), ignored);
    }

    private ObjectReader at(JsonNode node, String pointer) {
        return new ObjectReader(node, pointer, errors);
    }

    private static String pointer(String... names) {
        StringBuilder pointer = new StringBuilder();
        for (String name : names) {
            pointer.append('/').append(name.replace("~", "~0").replace("/", "~1"));
        }
        return pointer.toString();
    }

    /** What is done with a part that has a name. */
    @FunctionalInterface
    private interface Part {
        void read(String name, ObjectReader fields);
    }

    private void forEach(ObjectReader parent, String field, Part part) {
        fields(parent, field)
                .forEach((name, node) -> part.read(name, at(node, parent.pointerTo(field) + pointer(name))));
    }

    /** The fields of an object in a field; a field without a value is one without fields. */
    private Map<String, JsonNode> fields(ObjectReader parent, String field) {
        Map<String, JsonNode> fields = new LinkedHashMap<>();
        JsonNode node = parent.field(field);
        if (node != null) {
            for (String name : at(node, parent.pointerTo(field)).names()) {
                JsonNode value = node.get(name);
                fields.put(name, value == null || value.isNull() ? JsonNodeFactory.instance.objectNode() : value);
            }
        }
        return fields;
    }

    /** Names the fields that are mistakes, and counts those that Compose has and a lab does not need. */
    private void end(ObjectReader fields, Set<String> tolerated) {
        Set<String> all = new HashSet<>(tolerated);
        all.addAll(fields.extensions());
        for (String each : fields.end(all)) {
            if (!each.startsWith("x-") && !ComposeKeys.UNTOLD.contains(each)) {
                ignored.merge(each, 1, Integer::sum);
            }
        }
    }

    private Map<String, SwitchDefinition> extension(ObjectReader top) {
        JsonNode node = top.field(EXTENSION);
        if (node == null) {
            return Map.of();
        }
        ObjectReader fields = at(node, top.pointerTo(EXTENSION));
        Map<String, SwitchDefinition> switches = TopologyReader.switches(fields, objects, errors);
        fields.end();
        return switches;
    }

    // ---- networks ------------------------------------------------------------------------------------

    private void network(String name, ObjectReader fields) {
        String driver = fields.text("driver", "");
        if (!driver.equals(DRIVER)) {
            fields.wrong(
                    fields.pointerTo("driver"),
                    driver.isEmpty()
                            ? "network '" + name + "' names no driver"
                            : "network '" + name + "' is of driver '" + driver + "'",
                    "a lab makes networks of Weir: write driver: weir");
        }
        NetworkOptions options = options(fields);
        if (options.mode() != LinkMode.TAP) {
            ignored.merge("mode=" + options.mode().label(), 1, Integer::sum);
        }
        if (options.hasDockersGateway()) {
            ignored.merge("gateway=docker", 1, Integer::sum);
        }
        String switchName = options.switchName().isEmpty() ? name : options.switchName();
        if (!TopologyReader.isName(switchName)) {
            fields.wrong(
                    fields.pointerTo("driver_opts"),
                    "'" + switchName + "' is no name for a switch",
                    "name one: driver_opts: {switch: NAME}; " + TopologyReader.NAME_RULE);
        }
        networks.put(name, new Network(options, switchName, program(fields, options), addresses(name, fields)));
        end(fields, ComposeKeys.NETWORK);
    }

    private NetworkOptions options(ObjectReader fields) {
        try {
            return NetworkOptions.of(texts(fields, "driver_opts"));
        } catch (DriverException e) {
            fields.wrong(fields.pointerTo("driver_opts"), String.valueOf(e.getMessage()), "");
            return NetworkOptions.DEFAULT;
        }
    }

    private Map<String, String> texts(ObjectReader parent, String field) {
        Map<String, String> texts = new LinkedHashMap<>();
        JsonNode node = parent.field(field);
        if (node != null) {
            ObjectReader fields = at(node, parent.pointerTo(field));
            fields.names().forEach(name -> texts.put(name, fields.scalar(name)));
        }
        return texts;
    }

    private String program(ObjectReader fields, NetworkOptions options) {
        if (options.program().isEmpty()) {
            return "";
        }
        try {
            return objects.find(options.program()).digest();
        } catch (ObjectNames.UnknownObject e) {
            fields.wrong(fields.pointerTo("driver_opts") + "/program", String.valueOf(e.getMessage()), e.hint());
            return "";
        }
    }

    /** As the driver has it: the network that makes the switch brings the program with it; others have it on their ports. */
    private void noteProgram(Network network, Map<String, SwitchDefinition> switches) {
        if (!switches.containsKey(network.switchName())) {
            programs.putIfAbsent(network.switchName(), network.program());
        }
    }

    private AddressPlan addresses(String network, ObjectReader fields) {
        JsonNode node = fields.field("ipam");
        List<AddressPlan.Pool> pools = new ArrayList<>();
        boolean isBare = false;
        if (node != null) {
            ObjectReader ipam = at(node, fields.pointerTo("ipam"));
            isBare = ipam.text("driver", "default").equals("null");
            JsonNode config = ipam.field("config");
            if (config != null && !config.isArray()) {
                ipam.wrong(
                        ipam.pointerTo("config"), "'config' is not a list", "write config: [{subnet: 198.18.0.0/24}]");
            } else if (config != null) {
                for (int i = 0; i < config.size(); i++) {
                    pool(at(config.get(i), ipam.pointerTo("config") + "/" + i), pools);
                }
            }
            end(ipam, ComposeKeys.IPAM);
        }
        if (pools.isEmpty() && !isBare) {
            fields.wrong(
                    fields.pointerTo("ipam"),
                    "network '" + network + "' has no subnet",
                    "write ipam: {config: [{subnet: 198.18.0.0/24}]}, or ipam: {driver: \"null\"} for none");
        }
        return new AddressPlan(pools);
    }

    private void pool(ObjectReader fields, List<AddressPlan.Pool> pools) {
        @Nullable IpPrefix subnet = fields.<@Nullable IpPrefix>parsed("subnet", null, IpPrefix::parse);
        IpPrefix range = fields.<@Nullable IpPrefix>parsed("ip_range", subnet, IpPrefix::parse);
        @Nullable InetAddress gateway = fields.<@Nullable InetAddress>parsed("gateway", null, IpPrefix::address);
        if (subnet == null || range == null) {
            fields.wrong(fields.pointerTo("subnet"), "there is no subnet", "write subnet: 198.18.0.0/24");
        } else if (!subnet.contains(range.address()) || range.length() < subnet.length()) {
            fields.wrong(fields.pointerTo("ip_range"), range + " is no part of " + subnet, "");
        } else {
            pools.add(new AddressPlan.Pool(subnet, range, gateway));
        }
        end(fields, ComposeKeys.POOL);
    }

    // ---- services ------------------------------------------------------------------------------------

    /** Addresses that services ask for are theirs, wherever in the file they stand. */
    private void takeWanted(Map<String, JsonNode> services) {
        services.forEach((service, node) -> node.path("networks")
                .propertyStream()
                .forEach(each -> {
                    Network network = networks.get(each.getKey());
                    for (String field : List.of("ipv4_address", "ipv6_address")) {
                        String text = each.getValue().path(field).asString("");
                        if (network != null && !text.isEmpty() && !takes(network, text)) {
                            String pointer = pointer("services", service, "networks", each.getKey(), field);
                            errors.add(new DefinitionErrors.Place(
                                    pointer, text + " is taken", "give each service its own"));
                        }
                    }
                }));
    }

    private static boolean takes(Network network, String text) {
        try {
            return network.addresses().take(IpPrefix.address(text));
        } catch (IllegalArgumentException e) {
            return true; // is told where it is read
        }
    }

    private Station station(String service, ObjectReader fields) {
        if (!SERVICE.matcher(service).matches()) {
            fields.wrong(
                    fields.pointer(),
                    "'" + service + "' is no name for a service",
                    "names are 1 to 30 letters, digits, '_', '.' and '-'");
        }
        List<String> command = new ArrayList<>(words(fields, "entrypoint"));
        command.addAll(words(fields, "command"));
        String mac = fields.text("mac_address", "");
        List<Nic> nics = new ArrayList<>();
        Map<String, JsonNode> wanted = networksOf(fields);
        if (wanted.isEmpty()) {
            fields.wrong(
                    fields.pointerTo("networks"),
                    "service '" + service + "' is on no network",
                    "write networks: [NETWORK]"
                            + (networks.isEmpty() ? "" : "; networks are " + String.join(", ", networks.keySet())));
        }
        wanted.forEach((name, node) -> {
            ObjectReader endpoint = at(node, fields.pointerTo("networks") + pointer(name));
            Network network = networks.get(name);
            if (network == null) {
                endpoint.wrong(
                        endpoint.pointer(),
                        "no network '" + name + "' in this file",
                        Spelling.didYouMean(name, networks.keySet()) + "networks are "
                                + String.join(", ", networks.keySet()));
            } else {
                nics.add(nic(service, name, network, endpoint, "eth" + nics.size(), nics.isEmpty() ? mac : ""));
            }
        });
        List<Route> routes = routes(fields, nics);
        end(fields, ComposeKeys.SERVICE);
        return new Station(nics, routes, command);
    }

    /** Text is cut at blanks, as far as a lab goes; a list is taken as it is. */
    private static List<String> words(ObjectReader fields, String name) {
        JsonNode node = fields.field(name);
        if (node == null) {
            return List.of();
        }
        if (node.isArray()) {
            return node.valueStream().map(each -> each.asString("")).toList();
        }
        String text = fields.text(name, "").strip();
        return text.isEmpty() ? List.of() : List.of("sh", "-c", "exec " + text);
    }

    /** A list of names, or an object by name. */
    private Map<String, JsonNode> networksOf(ObjectReader fields) {
        JsonNode node = fields.field("networks");
        if (node == null || !node.isArray()) {
            return fields(fields, "networks");
        }
        Map<String, JsonNode> byName = new LinkedHashMap<>();
        node.forEach(each -> byName.put(each.asString(""), JsonNodeFactory.instance.objectNode()));
        return byName;
    }

    private Nic nic(
            String service, String name, Network network, ObjectReader fields, String otherwise, String serviceMac) {
        List<IpPrefix> addresses = new ArrayList<>();
        address(fields, "ipv4_address", network, false, addresses);
        address(fields, "ipv6_address", network, true, addresses);
        EndpointOptions options = endpoint(fields);
        String ipv4 = addresses.stream()
                .filter(each -> !each.isIpv6())
                .map(each -> IpPrefix.text(each.address()))
                .findFirst()
                .orElse("");
        String port = options.port().isEmpty() ? (ipv4.isEmpty() ? portName(service) : ipv4) : options.port();
        String before = placeByPort.putIfAbsent(network.switchName() + ":" + port, fields.pointer());
        if (before != null) {
            fields.wrong(
                    fields.pointer(),
                    "port " + network.switchName() + ":" + port + " is there already, at " + before,
                    "name it: driver_opts: {port: NAME}");
        }
        boolean isOnPorts = !network.program().equals(programs.get(network.switchName()));
        PortDefinition definition = new PortDefinition(
                "",
                0,
                network.options().vlanMode(),
                false,
                StormLimits.NONE,
                options.link() == null ? network.options().link() : options.link(),
                null);
        Nic nic = new Nic(
                name,
                network.switchName(),
                port,
                fields.text("interface_name", otherwise),
                mac(fields, serviceMac, ipv4, service + "/" + name),
                network.options().mtuBytes(),
                addresses,
                definition,
                isOnPorts ? network.program() : "");
        end(fields, ComposeKeys.ENDPOINT);
        return nic;
    }

    private static String portName(String service) {
        int most = 15;
        return service.length() > most ? service.substring(0, most) : service;
    }

    private EndpointOptions endpoint(ObjectReader fields) {
        try {
            return EndpointOptions.of(texts(fields, "driver_opts"));
        } catch (DriverException e) {
            fields.wrong(fields.pointerTo("driver_opts"), String.valueOf(e.getMessage()), "");
            return EndpointOptions.DEFAULT;
        }
    }

    private static long mac(ObjectReader fields, String ofService, String ipv4, String seed) {
        String otherwise = ofService.isEmpty()
                ? Addresses.macFor(ipv4, Sha256.of(seed.getBytes(StandardCharsets.UTF_8)))
                : ofService;
        try {
            long mac = MacAddress.parse(fields.text("mac_address", otherwise));
            if (MacAddress.isValidSource(mac)) {
                return mac;
            }
            fields.wrong(
                    fields.pointerTo("mac_address"),
                    "this is no address of a station",
                    "write one like 02:00:00:00:00:01");
        } catch (IllegalArgumentException e) {
            fields.wrong(fields.pointerTo("mac_address"), String.valueOf(e.getMessage()), "");
        }
        return 0;
    }

    private static void address(
            ObjectReader fields, String field, Network network, boolean ipv6, List<IpPrefix> addresses) {
        @Nullable InetAddress wanted = fields.<@Nullable InetAddress>parsed(field, null, IpPrefix::address);
        boolean has = network.addresses().has(ipv6);
        if (wanted == null && !has) {
            return;
        }
        IpPrefix address = wanted == null
                ? network.addresses().next(ipv6)
                : network.addresses().withPrefix(wanted);
        if (address == null) {
            fields.wrong(
                    fields.pointerTo(field),
                    wanted == null
                            ? "no address is left in the network"
                            : IpPrefix.text(wanted) + " is in none of the network's subnets",
                    "");
        } else {
            addresses.add(address);
        }
    }

    /** {@code x-weir: {routes: {198.19.0.0/16: 198.18.0.1}}}. */
    private List<Route> routes(ObjectReader service, List<Nic> nics) {
        List<Route> routes = new ArrayList<>();
        JsonNode node = service.field(EXTENSION);
        if (node == null) {
            return routes;
        }
        ObjectReader fields = at(node, service.pointerTo(EXTENSION));
        texts(fields, "routes").forEach((destination, gateway) -> {
            try {
                Route route = route(destination, gateway);
                if (nics.stream().noneMatch(nic -> nic.leadsTo(route.gateway()))) {
                    throw new IllegalArgumentException("no address of the service leads to " + gateway);
                }
                routes.add(route);
            } catch (IllegalArgumentException e) {
                fields.wrong(
                        fields.pointerTo("routes") + pointer(destination),
                        String.valueOf(e.getMessage()),
                        "write 198.19.0.0/16: 198.18.0.1, or default: 198.18.0.1");
            }
        });
        fields.end();
        return routes;
    }

    private static Route route(String destination, String gateway) {
        Route byDefault = Route.byDefault(IpPrefix.address(gateway));
        if (destination.equals("default")) {
            return byDefault;
        }
        IpPrefix to = IpPrefix.parse(destination);
        if (to.isIpv6() != byDefault.destination().isIpv6()) {
            throw new IllegalArgumentException("'" + destination + "' and '" + gateway + "' are of two families");
        }
        return new Route(to, byDefault.gateway());
    }
}
