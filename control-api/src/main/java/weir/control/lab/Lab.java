// SPDX-License-Identifier: Apache-2.0

package weir.control.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import weir.control.client.DaemonClient;
import weir.control.client.DaemonException;
import weir.control.lab.LabFile.Nic;
import weir.control.lab.LabFile.Station;
import weir.control.lab.LabRecord.PortRecord;
import weir.control.station.InterfaceSettings;
import weir.control.station.IpPrefix;
import weir.control.station.Namespace;
import weir.control.station.Route;
import weir.control.station.StationException;
import weir.control.text.Sha256;
import weir.control.topology.PortDefinition;
import weir.control.topology.ProgramDefinition;
import weir.control.topology.SwitchDefinition;
import weir.control.topology.Topology;
import weir.core.fdb.MacAddress;

/**
 * Makes labs and takes them down. What is to be made is written down first, and every step is one that may have been taken
 * already; so {@code up} goes on where another one ended, and {@code down} finds whatever is left, whoever was killed.
 */
public final class Lab {
    private static final String PREFIX = "weir-";
    private static final String UP = "UP";
    private static final Set<String> DEAD = Set.of("GONE", "FAILED");

    private final LabFolder folder;

    public Lab(LabFolder folder) {
        this.folder = folder;
    }

    /**
     * How a lab is made.
     *
     * @param source file that it is made from
     * @param socket of the daemon
     * @param withServices whether there are namespaces; without, only what {@code x-weir} says is made, for Docker to bring
     *     the services
     * @param withCommands whether services run their commands
     */
    public record Options(Path source, Path socket, boolean withServices, boolean withCommands) {}

    // ---- up ------------------------------------------------------------------------------------------

    /**
     * Makes a lab, or what of it is missing.
     *
     * @throws LabException when it cannot be made; what was made of a new one is taken back
     * @throws DaemonException when there is no daemon, or it refuses
     */
    public LabReport up(LabFile file, Options options) throws LabException {
        DaemonSwitches switches = new DaemonSwitches(DaemonClient.at(options.socket()));
        Topology now = switches.topology();
        try (LabFolder.Lock _ = folder.lock()) {
            LabRecord wanted = record(file, options);
            LabRecord before = folder.find(file.name());
            if (before == null) {
                requireFree(file, wanted, now);
                wanted = wanted.withMadeSwitches(wanted.madeSwitches().stream()
                        .filter(each -> now.find(each) == null)
                        .toList());
            } else {
                requireSame(before, wanted);
                wanted = before;
            }
            folder.save(wanted);
            make(file, wanted, options, switches, before == null);
            return report(wanted);
        } catch (IOException e) {
            throw new LabException("cannot unlock: " + e, "", e);
        }
    }

    private void make(LabFile file, LabRecord lab, Options options, DaemonSwitches switches, boolean isNew)
            throws LabException {
        try {
            makeNamespaces(lab);
            switches.send(file.objects());
            removeDead(lab, switches);
            switches.change(topology -> with(topology, file, lab));
            configure(file, lab);
            if (options.withCommands()) {
                start(file, lab);
            }
        } catch (LabException | DaemonException e) {
            if (isNew) {
                takeBack(lab, e);
            }
            throw e;
        }
    }

    private void takeBack(LabRecord lab, Exception cause) {
        try {
            end(lab, DaemonClient.at(Path.of(lab.socket())));
            folder.remove(lab);
        } catch (LabException | DaemonException e) {
            cause.addSuppressed(e);
        }
    }

    private static LabRecord record(LabFile file, Options options) throws LabException {
        List<PortRecord> ports = new ArrayList<>();
        Map<String, String> namespaces = new LinkedHashMap<>();
        file.switches()
                .forEach((name, definition) -> definition
                        .ports()
                        .forEach((port, each) ->
                                ports.add(new PortRecord(name, port, each.spec(), "", "", "", List.of()))));
        Set<String> switchNames = new TreeSet<>(file.switches().keySet());
        if (options.withServices()) {
            file.stations().forEach((service, station) -> {
                String namespace = PREFIX + file.name() + "-" + service;
                namespaces.put(service, namespace);
                for (Nic nic : station.nics()) {
                    switchNames.add(nic.switchName());
                    ports.add(new PortRecord(
                            nic.switchName(),
                            nic.port(),
                            spec(nic, namespace),
                            service,
                            nic.name(),
                            MacAddress.toString(nic.mac()),
                            nic.addresses().stream().map(IpPrefix::toString).toList()));
                }
            });
        }
        return new LabRecord(
                file.name(),
                options.source().toAbsolutePath().toString(),
                version(file, options),
                options.socket().toAbsolutePath().toString(),
                List.copyOf(switchNames),
                ports,
                namespaces);
    }

    /** Stays when the daemon ends, so that it finds the interface with its addresses when it is back. */
    private static String spec(Nic nic, String namespace) {
        return "tap:" + nic.name() + "?netns=" + NamedNamespaces.path(namespace)
                + (nic.mtuBytes() == 0 ? "" : "&mtu=" + nic.mtuBytes()) + "&persist=on";
    }

    private static String version(LabFile file, Options options) {
        String all = file.switches() + "\n" + file.programs() + "\n" + file.stations() + "\n" + options.withServices();
        return HexFormat.of().formatHex(Sha256.of(all.getBytes(StandardCharsets.UTF_8)));
    }

    private static void requireSame(LabRecord before, LabRecord wanted) throws LabException {
        String down = "'weir lab down " + before.name() + "' first";
        if (!before.socket().equals(wanted.socket())) {
            throw new LabException("lab " + before.name() + " is at the daemon of " + before.socket(), down);
        }
        if (!before.version().equals(wanted.version())) {
            throw new LabException(
                    "lab " + before.name() + " is there already, and " + wanted.file() + " says something else by now",
                    down);
        }
    }

    private static void requireFree(LabFile file, LabRecord lab, Topology now) throws LabException {
        for (String namespace : lab.namespaces().values()) {
            if (NamedNamespaces.exists(namespace)) {
                throw new LabException(
                        "the network namespace " + namespace + " is there already, and of no lab that is known",
                        "'ip netns delete " + namespace + "' removes it; or choose another name for the lab");
            }
        }
        for (String name : file.switches().keySet()) {
            if (now.find(name) != null) {
                throw new LabException(
                        "switch " + name + ", which x-weir describes, is there already",
                        "'weir switch delete " + name + "' removes it; or choose another name");
            }
        }
    }

    private static void makeNamespaces(LabRecord lab) throws LabException {
        NamedNamespaces namespaces = new NamedNamespaces();
        for (Map.Entry<String, String> each : lab.namespaces().entrySet()) {
            if (!NamedNamespaces.exists(each.getValue())) {
                namespaces.add(each.getValue());
            }
            try {
                namespace(each.getKey(), each.getValue()).bringLoopbackUp();
            } catch (StationException e) {
                throw of(e);
            }
        }
    }

    private static Namespace namespace(String service, String name) {
        return new Namespace(NamedNamespaces.path(name).toString(), "service " + service);
    }

    private static LabException of(StationException e) {
        return new LabException(String.valueOf(e.getMessage()), e.hint(), e);
    }

    /** Ports whose interfaces have gone are opened anew, which to a daemon that is asked for the same again is no change. */
    private static void removeDead(LabRecord lab, DaemonSwitches switches) throws LabException {
        Map<String, String> states = states(lab, switches);
        List<PortRecord> dead = lab.ports().stream()
                .filter(each -> DEAD.contains(states.getOrDefault(place(each), "")))
                .toList();
        if (!dead.isEmpty()) {
            LabRecord gone = new LabRecord(
                    lab.name(), lab.file(), lab.version(), lab.socket(), List.of(), dead, lab.namespaces());
            switches.change(topology -> DaemonSwitches.without(topology, gone));
        }
    }

    private static String place(PortRecord port) {
        return port.switchName() + ":" + port.port();
    }

    private static Map<String, String> states(LabRecord lab, DaemonSwitches switches) {
        Map<String, String> states = new LinkedHashMap<>();
        Set<String> names = new TreeSet<>();
        lab.ports().forEach(each -> names.add(each.switchName()));
        names.forEach(name -> switches.states(name).forEach((port, state) -> states.put(name + ":" + port, state)));
        return states;
    }

    /** The topology with all of a lab that is not in it yet. */
    private static Topology with(Topology now, LabFile file, LabRecord lab) throws LabException {
        Topology changed = now;
        for (String name : lab.madeSwitches()) {
            if (changed.find(name) == null) {
                SwitchDefinition described = file.switches().get(name);
                changed = changed.with(
                        name,
                        described == null ? SwitchDefinition.DEFAULT.withProgram(program(file, name)) : described);
            }
        }
        for (PortRecord port : lab.ports()) {
            SwitchDefinition definition = changed.find(port.switchName());
            PortDefinition there =
                    definition == null ? null : definition.ports().get(port.port());
            if (there != null && !there.spec().equals(port.spec())) {
                throw new LabException(
                        "port " + place(port) + " is there already, as " + there.spec(),
                        "detach it, or choose another address or port name");
            }
            if (there == null) {
                PortDefinition wanted = definition(file, lab, port);
                changed = changed.change(port.switchName(), each -> each.withPort(port.port(), wanted));
            }
        }
        return changed;
    }

    private static @Nullable ProgramDefinition program(LabFile file, String switchName) {
        String digest = file.programs().getOrDefault(switchName, "");
        return digest.isEmpty() ? null : ProgramDefinition.of(digest);
    }

    private static PortDefinition definition(LabFile file, LabRecord lab, PortRecord port) {
        SwitchDefinition described = file.switches().get(port.switchName());
        PortDefinition trunk = described == null ? null : described.ports().get(port.port());
        if (trunk != null) {
            return trunk;
        }
        Nic nic = nic(file, port);
        String own = nic.program().isEmpty() && !lab.madeSwitches().contains(port.switchName())
                ? file.programs().getOrDefault(port.switchName(), "")
                : nic.program();
        PortDefinition template = nic.definition();
        return new PortDefinition(
                port.spec(),
                template.number(),
                template.vlan(),
                template.hairpin(),
                template.storm(),
                template.link(),
                own.isEmpty() ? null : ProgramDefinition.of(own));
    }

    private static Nic nic(LabFile file, PortRecord port) {
        Station station = file.stations().get(port.service());
        if (station != null) {
            for (Nic nic : station.nics()) {
                if (nic.name().equals(port.interfaceName())) {
                    return nic;
                }
            }
        }
        throw new IllegalStateException("no interface for " + place(port)); // both come from one file
    }

    private static void configure(LabFile file, LabRecord lab) throws LabException {
        for (Map.Entry<String, String> each : lab.namespaces().entrySet()) {
            Station station = file.stations().get(each.getKey());
            if (station == null) {
                continue;
            }
            Namespace namespace = namespace(each.getKey(), each.getValue());
            try {
                for (Nic nic : station.nics()) {
                    // Routes that are there already are so from before, and stay.
                    namespace.configure(new InterfaceSettings(
                            nic.name(), nic.mac(), nic.addresses(), routesBy(nic, station.routes())));
                }
            } catch (StationException e) {
                throw of(e);
            }
        }
    }

    /** Those whose gateways the interface's addresses lead to. */
    private static List<Route> routesBy(Nic nic, List<Route> routes) {
        return routes.stream().filter(route -> nic.leadsTo(route.gateway())).toList();
    }

    private void start(LabFile file, LabRecord lab) throws LabException {
        NamedNamespaces namespaces = new NamedNamespaces();
        LabProcesses processes = new LabProcesses(lab.name());
        for (Map.Entry<String, String> each : lab.namespaces().entrySet()) {
            Station station = file.stations().get(each.getKey());
            if (station != null && !station.command().isEmpty() && !processes.runs(each.getKey())) {
                processes.start(
                        each.getKey(),
                        namespaces.inside(each.getValue(), station.command()),
                        folder.log(lab.name(), each.getKey()));
            }
        }
    }

    // ---- down ----------------------------------------------------------------------------------------

    /**
     * Takes a lab down: commands, ports, switches, namespaces.
     *
     * @param socket of the daemon; null for the one that the lab was made at
     * @param forget whether what a daemon that does not answer still has is left to it
     * @throws DaemonException when the daemon does not answer: all else is gone then, and the lab is kept for another time
     */
    public LabReport.Ended down(String name, @Nullable Path socket, boolean forget) throws LabException {
        try (LabFolder.Lock _ = folder.lock()) {
            LabRecord lab = folder.require(name);
            LabReport.Ended ended;
            try {
                ended = end(lab, DaemonClient.at(socket == null ? Path.of(lab.socket()) : socket));
            } catch (DaemonException e) {
                if (!forget || e.kind() != DaemonException.Kind.UNREACHABLE) {
                    throw e;
                }
                ended = new LabReport.Ended(
                        name, 0, List.copyOf(lab.namespaces().values()), List.of(), lab.madeSwitches());
            }
            folder.remove(lab);
            return ended;
        } catch (IOException e) {
            throw new LabException("cannot unlock: " + e, "", e);
        }
    }

    private static LabReport.Ended end(LabRecord lab, DaemonClient client) throws LabException {
        int processes = new LabProcesses(lab.name()).end();
        DaemonSwitches switches = new DaemonSwitches(client);
        try {
            switches.change(topology -> DaemonSwitches.without(topology, lab));
        } finally {
            deleteNamespaces(lab); // whatever the daemon says
        }
        Topology now = switches.topology();
        List<String> left = lab.madeSwitches().stream()
                .filter(each -> now.find(each) != null)
                .toList();
        List<String> deleted =
                lab.madeSwitches().stream().filter(each -> !left.contains(each)).toList();
        return new LabReport.Ended(
                lab.name(), processes, List.copyOf(lab.namespaces().values()), deleted, left);
    }

    private static void deleteNamespaces(LabRecord lab) throws LabException {
        NamedNamespaces namespaces = new NamedNamespaces();
        for (String namespace : lab.namespaces().values()) {
            namespaces.delete(namespace);
        }
    }

    // ---- list ----------------------------------------------------------------------------------------

    /** All labs by name. */
    public Map<String, LabReport> list() throws LabException {
        Map<String, LabReport> labs = new LinkedHashMap<>();
        for (String name : folder.names()) {
            LabRecord lab = folder.find(name);
            if (lab != null) {
                labs.put(name, report(lab));
            }
        }
        return labs;
    }

    private static LabReport report(LabRecord lab) {
        Map<String, String> states = new LinkedHashMap<>();
        boolean answers = true;
        try {
            states.putAll(states(lab, new DaemonSwitches(DaemonClient.at(Path.of(lab.socket())))));
        } catch (DaemonException e) {
            answers = false;
        }
        Map<String, LabReport.Service> services = new LinkedHashMap<>();
        LabProcesses processes = new LabProcesses(lab.name());
        lab.namespaces()
                .forEach((service, namespace) -> services.put(
                        service,
                        new LabReport.Service(
                                namespace,
                                NamedNamespaces.exists(namespace),
                                processes.runs(service),
                                nics(lab, service, states))));
        Map<String, String> trunks = new LinkedHashMap<>();
        lab.ports().stream()
                .filter(each -> each.service().isEmpty())
                .forEach(each -> trunks.put(place(each), state(states, each)));
        boolean isWhole = services.values().stream().allMatch(LabReport.Service::present)
                && lab.ports().stream().allMatch(each -> isWell(each, state(states, each)));
        return new LabReport(
                !answers ? "no_daemon" : isWhole ? "up" : "partial",
                lab.file(),
                lab.socket(),
                lab.madeSwitches(),
                services,
                trunks);
    }

    /** A trunk is down until both of its ends are there. */
    private static boolean isWell(PortRecord port, String state) {
        return state.equals(UP) || (port.service().isEmpty() && state.equals("DOWN"));
    }

    private static Map<String, LabReport.Nic> nics(LabRecord lab, String service, Map<String, String> states) {
        Map<String, LabReport.Nic> nics = new LinkedHashMap<>();
        for (PortRecord each : lab.ports()) {
            if (each.service().equals(service)) {
                nics.put(
                        each.interfaceName(),
                        new LabReport.Nic(
                                each.switchName(), each.port(), state(states, each), each.mac(), each.addresses()));
            }
        }
        return nics;
    }

    private static String state(Map<String, String> states, PortRecord port) {
        return states.getOrDefault(place(port), "MISSING");
    }
}
