// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import weir.control.client.ApiPath;
import weir.control.client.ApiRequest;
import weir.control.client.DaemonClient;
import weir.control.completion.DynamicCandidates;
import weir.control.completion.NameKind;
import weir.control.docker.Addresses;
import weir.control.docker.Target;
import weir.control.run.PortNames;
import weir.control.station.InterfaceSettings;
import weir.control.station.IpPrefix;
import weir.control.station.Namespace;
import weir.control.station.Route;
import weir.control.station.StationException;
import weir.control.text.Sha256;
import weir.core.fdb.MacAddress;
import weir.core.port.PortException;
import weir.ports.linux.LinkInfo;
import weir.ports.tap.TapSpec;

/** {@code weir docker}: containers and processes that run already, at switches of the daemon. */
@Command(
        name = "docker",
        description = {
            "Attaches containers that run already to switches, and detaches them.",
            "",
            "CONTAINER is the name or id of a container of Docker, which is asked at DOCKER_HOST=unix:///PATH, or pid:PID for"
                    + " any process with a network namespace of its own. 'docker network create -d weir' is the other"
                    + " way: see 'weir daemon --docker-socket'."
        },
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir docker attach lan web --ip 198.18.0.11/24 --ip 2001:db8::11/64",
            "  weir docker attach lan pid:1234 --name eth1 --ip 198.18.0.12/24",
            "  weir docker detach lan web"
        })
@Subcommands({DockerCommand.Attach.class, DockerCommand.Detach.class})
public final class DockerCommand extends CommandGroup {
    private static final String SWITCHES = "switches";
    private static final String PORTS = "ports";

    /** For picocli. */
    public DockerCommand() {}

    private static JsonNode ports(DaemonClient client, String switchName) {
        return client.json(ApiRequest.get(ApiPath.of(SWITCHES, switchName, PORTS)))
                .path(PORTS);
    }

    private static JsonNode json(Map<String, Object> report) {
        return JsonMapper.shared().valueToTree(report);
    }

    /** {@code weir docker attach}. */
    @Command(
            name = "attach",
            description = {
                "Gives a container or process an interface that is a port of a switch.",
                "",
                "The port is named after the container, and is GONE when that ends. The interface stays when the daemon"
                        + " ends, without a carrier, and is served again when it is back. Needs root."
            })
    static final class Attach extends QueryCommand {
        @Parameters(index = "0", paramLabel = "SWITCH", description = "Its name.")
        @DynamicCandidates(NameKind.SWITCH)
        private String switchName = "";

        @Parameters(index = "1", paramLabel = "CONTAINER", description = "Name or id of a container, or pid:PID.")
        @DynamicCandidates(NameKind.CONTAINER)
        private String container = "";

        @Option(
                names = "--ip",
                paramLabel = "ADDR/LEN",
                description = "An IPv4 or IPv6 address with the length of its prefix; may stand several times.")
        private List<String> addresses = new ArrayList<>();

        @Option(
                names = "--gateway",
                paramLabel = "ADDR",
                description = "Where the default route goes; once for each of IPv4 and IPv6.")
        private List<String> gateways = new ArrayList<>();

        @Option(
                names = "--name",
                paramLabel = "NAME",
                description = "Name of the interface (default: the first free of eth0, eth1, ...).")
        private @Nullable String name;

        @Option(
                names = "--mac",
                paramLabel = "MAC",
                description = "Its MAC address (default: 02:42 and the four bytes of the IPv4 address).")
        private @Nullable String mac;

        @Option(names = "--mtu", paramLabel = "BYTES", description = "Its MTU, 68 to 65521 (default: 1500).")
        private @Nullable Integer mtu;

        @Mixin
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        private PortCommand.Treatment treatment;

        @Option(
                names = "--link",
                paramLabel = "SETTINGS",
                description = "Emulate the link behind it: delay:20ms,loss:1%%, as for 'weir run'.")
        private @Nullable String link;

        /** For picocli. */
        Attach() {}

        @Override
        void ask(DaemonClient client) {
            List<IpPrefix> prefixes = parsed(addresses, IpPrefix::parse);
            List<Route> routes = parsed(gateways, text -> Route.byDefault(IpPrefix.address(text)));
            long wantedMac = mac == null ? 0 : mac(mac);
            try {
                Target target = Target.find(container, System.getenv());
                Namespace namespace = target.namespace();
                requireForeign(namespace, target);
                JsonNode taken = ports(client, switchName);
                String interfaceName = interfaceName(namespace);
                InterfaceSettings settings = new InterfaceSettings(
                        interfaceName,
                        wantedMac == 0 ? macFor(prefixes, target.name() + '/' + interfaceName) : wantedMac,
                        prefixes,
                        routes);
                TapSpec spec = TapSpec.parse("tap:" + interfaceName + "?netns=" + namespace.path() + "&inode="
                        + namespace.inode() + (mtu == null ? "" : "&mtu=" + mtu) + "&persist=on");
                attach(
                        client,
                        target,
                        settings,
                        spec,
                        PortNames.free(target.portName(), List.copyOf(taken.propertyNames())));
            } catch (StationException e) {
                throw CommandFailures.of(e);
            } catch (PortException e) {
                throw CommandFailures.ofSpec(e);
            }
        }

        private <T> List<T> parsed(List<String> texts, Function<String, T> parse) {
            try {
                return texts.stream().map(parse).toList();
            } catch (IllegalArgumentException e) {
                throw usage(String.valueOf(e.getMessage()));
            }
        }

        private long mac(String text) {
            long parsed = parsed(List.of(text), MacAddress::parse).getFirst();
            if (!MacAddress.isValidSource(parsed)) {
                throw usage("'" + text + "' is no MAC address of a station");
            }
            return parsed;
        }

        private static long macFor(List<IpPrefix> addresses, String seed) {
            String ipv4 = addresses.stream()
                    .filter(each -> !each.isIpv6())
                    .map(each -> IpPrefix.text(each.address()))
                    .findFirst()
                    .orElse("");
            return MacAddress.parse(Addresses.macFor(ipv4, Sha256.of(seed.getBytes(StandardCharsets.UTF_8))));
        }

        private void requireForeign(Namespace namespace, Target target) throws StationException {
            if (namespace.isOwn()) {
                throw new StationException(
                        StationException.Kind.INVALID,
                        target + " uses this machine's own network",
                        "'weir port attach " + switchName + " tap:NAME' makes an interface there");
            }
        }

        /** The one that was asked for, which must be free; one that a port has left is taken up again. */
        private String interfaceName(Namespace namespace) throws StationException {
            List<LinkInfo> there = namespace.interfaces();
            List<String> names = there.stream().map(LinkInfo::name).toList();
            String free = Stream.iterate(0, i -> i + 1)
                    .map(i -> "eth" + i)
                    .filter(each -> !names.contains(each))
                    .findFirst()
                    .orElseThrow();
            if (name == null) {
                return free;
            }
            for (LinkInfo each : there) {
                boolean isLeft = each.alias().equals("weir " + name) && each.queues() == 0;
                if (each.name().equals(name) && !isLeft) {
                    throw new StationException(
                            StationException.Kind.FAILED,
                            namespace.owner() + " has an interface " + name + " already",
                            "choose another name with --name; " + free + " is free");
                }
            }
            return name;
        }

        private void attach(DaemonClient client, Target target, InterfaceSettings settings, TapSpec spec, String port)
                throws StationException {
            Map<String, Object> wanted = new LinkedHashMap<>();
            wanted.put("name", port);
            wanted.put("spec", spec.toString());
            treatment.putInto(wanted);
            if (link != null) {
                wanted.put("link", link);
            }
            JsonNode answer = client.json(
                    ApiRequest.post(ApiPath.of(SWITCHES, switchName, PORTS)).withJson(wanted));
            try {
                List<Route> left = target.namespace().configure(settings);
                if (!left.isEmpty()) {
                    throw new StationException(
                            StationException.Kind.FAILED,
                            target + " has a route like '" + left.getFirst() + "' already",
                            "leave --gateway out, or remove that route first");
                }
            } catch (StationException e) {
                takeBack(client, target, spec, port, e);
                throw e;
            }
            JsonNode report = json(report(answer, target, settings, spec));
            print(
                    report,
                    out -> out.println("port " + switchName + ":" + port + " attached: " + settings.name() + " of "
                            + target
                            + (addresses.isEmpty() ? "" : " has " + String.join(", ", texts(settings.addresses())))));
        }

        private void takeBack(DaemonClient client, Target target, TapSpec spec, String port, StationException cause) {
            try {
                client.json(ApiRequest.delete(ApiPath.of(SWITCHES, switchName, PORTS, port)));
                target.namespace().deleteByAlias(spec.alias());
            } catch (RuntimeException | StationException e) {
                cause.addSuppressed(e);
            }
        }

        private Map<String, Object> report(JsonNode answer, Target target, InterfaceSettings settings, TapSpec spec) {
            Map<String, Object> report = new LinkedHashMap<>();
            report.put("switch", switchName);
            report.put("port", answer.path("name").asString(""));
            report.put("container", target.name());
            report.put("pid", target.pid());
            report.put("namespace", spec.netns());
            report.put("interface", settings.name());
            report.put("mac", MacAddress.toString(settings.mac()));
            report.put("mtu_bytes", answer.path("mtu_bytes").asInt(0));
            report.put("addresses", texts(settings.addresses()));
            report.put(
                    "gateways",
                    settings.routes().stream()
                            .map(each -> IpPrefix.text(each.gateway()))
                            .toList());
            return report;
        }

        private static List<String> texts(List<IpPrefix> addresses) {
            return addresses.stream().map(IpPrefix::toString).toList();
        }
    }

    /** {@code weir docker detach}. */
    @Command(
            name = "detach",
            description = "Takes away an interface that 'weir docker attach' gave, also after the container has ended.")
    static final class Detach extends QueryCommand {
        @Parameters(index = "0", paramLabel = "SWITCH", description = "Its name.")
        @DynamicCandidates(NameKind.SWITCH)
        private String switchName = "";

        @Parameters(index = "1", paramLabel = "CONTAINER", description = "Name or id of a container, or pid:PID.")
        @DynamicCandidates(NameKind.PORT)
        private String container = "";

        @Option(
                names = "--name",
                paramLabel = "NAME",
                description = "Name of the interface, where the container has several on the switch.")
        private @Nullable String name;

        /** For picocli. */
        Detach() {}

        /** A port that {@code attach} made. */
        private record Attached(String port, TapSpec spec, Namespace namespace) {
            boolean isThere() throws StationException {
                try {
                    return namespace.inode() == spec.inode();
                } catch (StationException e) {
                    if (e.kind() == StationException.Kind.NOT_FOUND) {
                        return false;
                    }
                    throw e;
                }
            }
        }

        @Override
        void ask(DaemonClient client) {
            try {
                Attached attached = find(ports(client, switchName), target());
                boolean isThere = attached.isThere();
                if (isThere) {
                    attached.namespace().interfaces(); // before anything is done: whether we may enter
                }
                client.json(ApiRequest.delete(ApiPath.of(SWITCHES, switchName, PORTS, attached.port())));
                boolean isDeleted = isThere
                        && attached.namespace().deleteByAlias(attached.spec().alias());
                Map<String, Object> report = new LinkedHashMap<>();
                report.put("switch", switchName);
                report.put("port", attached.port());
                report.put("interface", attached.spec().name());
                report.put("interface_deleted", isDeleted);
                print(
                        json(report),
                        out -> out.println("port " + switchName + ":" + attached.port() + " detached, "
                                + attached.spec().name() + (isDeleted ? " deleted" : " was gone")));
            } catch (StationException e) {
                throw CommandFailures.of(e);
            }
        }

        /** The container if it runs; else its name is enough, for then its port is known by that. */
        private Target target() {
            try {
                return Target.find(container, System.getenv());
            } catch (StationException e) {
                return Target.named(container);
            }
        }

        private Attached find(JsonNode ports, Target target) throws StationException {
            List<Attached> all = attached(ports);
            List<Attached> named = all.stream()
                    .filter(each -> name == null || each.spec().name().equals(name))
                    .toList();
            List<Attached> inside = named.stream()
                    .filter(each -> target.namespace().path().equals(each.spec().netns()))
                    .toList();
            List<Attached> meant = inside.isEmpty() ? namesakes(named, target) : inside;
            if (meant.isEmpty()) {
                throw new StationException(
                        StationException.Kind.NOT_FOUND,
                        target + " has no " + (name == null ? "port" : "interface " + name) + " on switch "
                                + switchName,
                        all.isEmpty()
                                ? "nothing is attached there; 'weir docker attach' does it"
                                : "attached there are "
                                        + String.join(
                                                ", ",
                                                all.stream().map(Attached::port).toList()));
            }
            if (meant.size() > 1) {
                throw new StationException(
                        StationException.Kind.INVALID,
                        target + " has several interfaces on switch " + switchName,
                        "say which with --name: "
                                + String.join(
                                        ", ",
                                        meant.stream()
                                                .map(each -> each.spec().name())
                                                .toList()));
            }
            return meant.getFirst();
        }

        /**
         * Of a container that ended, or was started anew, only the name is left. A port that is merely named like its ports,
         * as {@code web-2} is like those of {@code web}, and whose namespace lives, is another container's.
         */
        private static List<Attached> namesakes(List<Attached> ports, Target target) throws StationException {
            List<Attached> namesakes = new ArrayList<>();
            for (Attached each : ports) {
                boolean isOwn = each.port().equals(target.portName());
                if (isOwn || (target.isNamesake(each.port()) && !each.isThere())) {
                    namesakes.add(each);
                }
            }
            return namesakes;
        }

        private static List<Attached> attached(JsonNode ports) {
            List<Attached> attached = new ArrayList<>();
            ports.propertyStream().forEach(each -> {
                try {
                    String text =
                            each.getValue().path("definition").path("spec").asString("");
                    TapSpec spec = text.startsWith(TapSpec.KIND + ":") ? TapSpec.parse(text) : null;
                    String path = spec == null || spec.inode() == 0 ? null : spec.netns();
                    if (spec != null && path != null) {
                        attached.add(new Attached(each.getKey(), spec, new Namespace(path, "port " + each.getKey())));
                    }
                } catch (PortException e) {
                    throw new IllegalStateException(e); // the daemon has opened it
                }
            });
            return attached;
        }
    }
}
