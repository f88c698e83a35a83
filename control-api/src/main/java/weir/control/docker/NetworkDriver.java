// SPDX-License-Identifier: Apache-2.0

package weir.control.docker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.control.docker.DriverState.Endpoint;
import weir.control.docker.DriverState.Network;
import weir.control.plane.ControlException;
import weir.control.plane.ControlPlane;
import weir.control.plane.ControlPlane.ChangeOptions;
import weir.control.plane.ObjectStore;
import weir.control.text.Sha256;
import weir.control.topology.PortDefinition;
import weir.control.topology.ProgramDefinition;
import weir.control.topology.SwitchDefinition;
import weir.control.topology.Topology;
import weir.core.Switch;
import weir.core.link.LinkSettings;
import weir.core.port.PortState;
import weir.core.rate.StormLimits;

/**
 * Docker's networks as switches and its endpoints as ports. Docker repeats requests, makes them out of order and forgets to
 * make some while nobody listens; so what removes is done as far as there is something to remove, and what adds is
 * done once. Any thread; one request at a time.
 */
final class NetworkDriver {
    private static final Logger LOG = LoggerFactory.getLogger(NetworkDriver.class);
    private static final String SWITCH_PREFIX = "dk-";
    private static final String PORT_PREFIX = "ep";
    private static final String DIGEST_PREFIX = "sha256:";

    /** How long after an interface its port may end. */
    private static final long GONE_WITHIN_NANOS = 2_000_000_000L;

    private static final long LOOK_EVERY_NANOS = 20_000_000;

    private final ReentrantLock requests = new ReentrantLock();
    private final ControlPlane plane;
    private final DriverStore store;
    private DriverState state = DriverState.EMPTY;

    NetworkDriver(ControlPlane plane, DriverStore store) {
        this.plane = plane;
        this.store = store;
    }

    /** Work of one request. */
    @FunctionalInterface
    private interface Work<T extends @Nullable Object> {
        T call() throws DriverException, ControlException;
    }

    private <T extends @Nullable Object> T request(Work<T> work) throws DriverException {
        requests.lock();
        try {
            return work.call();
        } catch (ControlException e) {
            throw new DriverException(e.getMessage() + (e.hint().isEmpty() ? "" : " (" + e.hint() + ")"), e);
        } finally {
            requests.unlock();
        }
    }

    /** What was told so far. */
    DriverState state() {
        requests.lock();
        try {
            return state;
        } finally {
            requests.unlock();
        }
    }

    // ---- networks ------------------------------------------------------------------------------------

    void createNetwork(String id, Map<String, String> given) throws DriverException {
        request(() -> {
            Network known = state.networks().get(id);
            if (known != null) {
                if (!known.options().equals(given)) {
                    throw new DriverException("network " + HostLinks.shortId(id) + " is there with other options");
                }
                return null;
            }
            NetworkOptions options = NetworkOptions.of(given);
            String name = options.switchName().isEmpty() ? SWITCH_PREFIX + HostLinks.shortId(id) : options.switchName();
            boolean isNew = plane.topology().find(name) == null;
            Network network = new Network(given, name, isNew, program(options), !isNew);
            plane.change(now -> withSwitch(now, network), ChangeOptions.DEFAULT);
            try {
                keep(state.with(id, network));
            } catch (DriverException e) {
                if (isNew) {
                    plane.change(now -> now.without(name), ChangeOptions.DEFAULT);
                }
                throw e;
            }
            return null;
        });
    }

    /** The digest of a network's program, which is kept from now on, whatever becomes of the file; empty for none. */
    private String program(NetworkOptions options) throws DriverException, ControlException {
        String program = options.program();
        if (program.isEmpty()) {
            return "";
        }
        if (program.startsWith(DIGEST_PREFIX)) {
            plane.objects().get(program);
            return program;
        }
        try {
            Path file = Path.of(program);
            if (!file.isAbsolute() || !Files.isRegularFile(file)) {
                throw new DriverException("option program: '" + NetworkOptions.printable(program)
                        + "' is no absolute path of a file that the daemon sees");
            }
            if (Files.size(file) > ObjectStore.MAX_BYTES) {
                throw new DriverException("option program: '" + NetworkOptions.printable(program) + "' has "
                        + Files.size(file) + " bytes, more than " + ObjectStore.MAX_BYTES);
            }
            return plane.objects().put(Files.readAllBytes(file));
        } catch (IOException | InvalidPathException e) {
            throw new DriverException(
                    "option program: cannot read '" + NetworkOptions.printable(program) + "': " + e.getMessage(), e);
        }
    }

    /** The switch of a network, where it is not there. */
    private static Topology withSwitch(Topology now, Network network) {
        if (now.find(network.switchName()) != null) {
            return now;
        }
        boolean hasProgram = !network.program().isEmpty() && !network.isProgramOnPorts();
        return now.with(
                network.switchName(),
                SwitchDefinition.DEFAULT.withProgram(hasProgram ? ProgramDefinition.of(network.program()) : null));
    }

    void deleteNetwork(String id) throws DriverException {
        request(() -> {
            Network network = state.networks().get(id);
            if (network == null) {
                return null;
            }
            for (String endpoint : state.endpointsOf(id)) {
                remove(endpoint);
            }
            String neighbour = state.neighbourOf(id, network.switchName());
            DriverState next = state.withoutNetwork(id);
            Network heir = neighbour == null ? null : next.networks().get(neighbour);
            if (neighbour != null && heir != null && network.madeSwitch()) {
                next = next.with(neighbour, heir.withMadeSwitch(true));
            } else if (network.madeSwitch()) {
                plane.change(now -> withoutEmpty(now, network.switchName()), ChangeOptions.DEFAULT);
            }
            keep(next);
            return null;
        });
    }

    /** Without a switch, unless somebody else put ports on it. */
    private static Topology withoutEmpty(Topology now, String switchName) {
        SwitchDefinition definition = now.find(switchName);
        return definition == null || !definition.ports().isEmpty() ? now : now.without(switchName);
    }

    // ---- endpoints -----------------------------------------------------------------------------------

    /**
     * A container is to come, not yet known which.
     *
     * @param address IPv4 address without its prefix length, or empty
     * @param mac what Docker wants, or empty
     * @return the address that Docker did not set; empty when it did
     */
    String createEndpoint(String networkId, String id, String address, String mac, Map<String, String> given)
            throws DriverException {
        return request(() -> {
            Network network = network(networkId);
            Endpoint known = state.endpoints().get(id);
            if (known != null) {
                if (!known.network().equals(networkId) || !known.givenMac().equals(mac)) {
                    throw new DriverException("endpoint " + HostLinks.shortId(id) + " is there and is another");
                }
                return mac.isEmpty() ? known.mac() : "";
            }
            EndpointOptions options = EndpointOptions.of(given);
            String chosen =
                    mac.isEmpty() ? Addresses.macFor(address, Sha256.of(id.getBytes(StandardCharsets.UTF_8))) : mac;
            String port = portName(network, options.port(), address, id);
            keep(state.with(id, new Endpoint(networkId, given, chosen, mac, port, "")));
            return mac.isEmpty() ? chosen : "";
        });
    }

    /** Docker lets users publish ports of any container and does not say when nobody does it. */
    void warnOfPublishedPorts(String networkId, String id) throws DriverException {
        request(() -> {
            if (!network(networkId).read().hasDockersGateway()) {
                LOG.warn(
                        "published ports of endpoint {} are not reached by network {}; create it with -o gateway=docker,"
                                + " or connect the container to another",
                        HostLinks.shortId(id),
                        HostLinks.shortId(networkId));
            }
            return null;
        });
    }

    /** The name that was asked for; else the address, which people know, unless it is taken; else the endpoint's id. */
    private String portName(Network network, String wanted, String address, String id)
            throws DriverException, ControlException {
        forgetIfEnded(network.switchName(), wanted.isEmpty() ? address : wanted);
        if (!wanted.isEmpty()) {
            if (isPortTaken(network.switchName(), wanted)) {
                throw new DriverException("switch " + network.switchName() + " has a port '" + wanted + "' already");
            }
            return wanted;
        }
        return address.isEmpty() || isPortTaken(network.switchName(), address)
                ? PORT_PREFIX + HostLinks.shortId(id)
                : address;
    }

    private boolean isPortTaken(String switchName, String port) {
        SwitchDefinition definition = plane.topology().find(switchName);
        boolean isThere = definition != null && definition.ports().containsKey(port);
        return isThere
                || state.endpoints().values().stream()
                        .anyMatch(each -> each.port().equals(port) && isOn(each, switchName));
    }

    /**
     * Forgets who has the name of a port, if that has ended: a Docker daemon that was killed has forgotten its endpoints when
     * it is back, and makes new ones of the same names.
     */
    private void forgetIfEnded(String switchName, String port) throws DriverException, ControlException {
        for (Map.Entry<String, Endpoint> each : state.endpoints().entrySet()) {
            String id = each.getKey();
            Endpoint endpoint = each.getValue();
            if (endpoint.port().equals(port) && isOn(endpoint, switchName) && isNowhere(id, endpoint)) {
                long deadline = System.nanoTime() + GONE_WITHIN_NANOS;
                while (state.endpoints().containsKey(id) && System.nanoTime() - deadline < 0) {
                    forgetAllEnded();
                    LockSupport.parkNanos(LOOK_EVERY_NANOS);
                }
            }
        }
    }

    /** Forgets all whose containers have ended without a word of Docker's. */
    void forgetEnded() throws DriverException {
        request(() -> {
            forgetAllEnded();
            return null;
        });
    }

    /** One that is forgotten may have kept the namespace of others alive, which then end, too. */
    private void forgetAllEnded() throws DriverException, ControlException {
        Map<String, Set<String>> served = new HashMap<>();
        for (Map.Entry<String, Endpoint> each : state.endpoints().entrySet()) {
            Endpoint endpoint = each.getValue();
            String switchName = network(endpoint.network()).switchName();
            boolean isServed = served.computeIfAbsent(switchName, this::served).contains(endpoint.port());
            if (!isServed && isNowhere(each.getKey(), endpoint)) {
                LOG.info("endpoint {} has ended without a word of Docker's", HostLinks.shortId(each.getKey()));
                remove(each.getKey());
            }
        }
    }

    /** Names of a switch's ports that are not gone. */
    private Set<String> served(String switchName) {
        Switch sw = plane.switches().get(switchName);
        return sw == null
                ? Set.of()
                : sw.ports().stream()
                        .filter(port -> port.state() != PortState.GONE)
                        .map(port -> port.options().name())
                        .collect(Collectors.toSet());
    }

    private boolean isNowhere(String id, Endpoint endpoint) throws DriverException {
        return endpoint.isJoined()
                && HostLinks.isNowhere(id, network(endpoint.network()).read().mode(), endpoint.sandbox());
    }

    private boolean isOn(Endpoint endpoint, String switchName) {
        Network network = state.networks().get(endpoint.network());
        return network != null && network.switchName().equals(switchName);
    }

    void deleteEndpoint(String id) throws DriverException {
        request(() -> {
            remove(id);
            return null;
        });
    }

    private void remove(String id) throws DriverException, ControlException {
        Endpoint endpoint = state.endpoints().get(id);
        if (endpoint != null) {
            detach(endpoint);
            HostLinks.delete(id);
            keep(state.withoutEndpoint(id));
        }
    }

    private void detach(Endpoint endpoint) throws ControlException {
        Network network = state.networks().get(endpoint.network());
        if (network != null && endpoint.isJoined()) {
            plane.change(
                    now -> now.change(network.switchName(), each -> each.withoutPort(endpoint.port())),
                    ChangeOptions.DEFAULT);
        }
    }

    /** What {@code EndpointOperInfo} tells. */
    Map<String, String> describe(String networkId, String id) throws DriverException {
        return request(() -> {
            Network network = network(networkId);
            Endpoint endpoint = endpoint(networkId, id);
            return Map.of(
                    "weir.switch", network.switchName(),
                    "weir.port", endpoint.port(),
                    "weir.interface", HostLinks.name(id),
                    "weir.mode", network.read().mode().label());
        });
    }

    /**
     * What Docker does when a container joins.
     *
     * @param moved the interface that it moves into the container
     * @param hasDockersGateway whether it gives the container one on its own bridge, too
     */
    record Joining(String moved, boolean hasDockersGateway) {}

    /**
     * A container comes.
     *
     * @param sandbox path of its network namespace, which need not be there yet
     */
    Joining join(String networkId, String id, String sandbox) throws DriverException {
        return request(() -> {
            Network network = network(networkId);
            Endpoint endpoint = endpoint(networkId, id);
            NetworkOptions options = network.read();
            Joining joining = new Joining(HostLinks.movedName(id, options.mode()), options.hasDockersGateway());
            if (endpoint.isJoined()) {
                if (!endpoint.sandbox().equals(sandbox)) {
                    throw new DriverException("endpoint " + HostLinks.shortId(id) + " is in another container");
                }
                return joining;
            }
            Endpoint joined = endpoint.in(sandbox);
            try {
                attach(id, network, joined);
                keep(state.with(id, joined));
            } catch (DriverException | ControlException e) {
                takeBack(id, joined, e);
                throw e;
            }
            return joining;
        });
    }

    private void takeBack(String id, Endpoint joined, Exception cause) {
        try {
            detach(joined);
            HostLinks.delete(id);
        } catch (DriverException | ControlException e) {
            cause.addSuppressed(e);
        }
    }

    private void attach(String id, Network network, Endpoint endpoint) throws DriverException, ControlException {
        NetworkOptions options = network.read();
        LinkSettings own = EndpointOptions.of(endpoint.options()).link();
        boolean hasProgram = !network.program().isEmpty() && network.isProgramOnPorts();
        PortDefinition port = new PortDefinition(
                HostLinks.portSpec(id, options.mode(), options.mtuBytes(), endpoint.sandbox()),
                0,
                options.vlanMode(),
                false,
                StormLimits.NONE,
                own == null ? options.link() : own,
                hasProgram ? ProgramDefinition.of(network.program()) : null);
        HostLinks.prepare(id, options.mode(), options.mtuBytes());
        plane.change(
                now -> withSwitch(now, network)
                        .change(network.switchName(), each -> each.withPort(endpoint.port(), port)),
                ChangeOptions.DEFAULT);
    }

    /** A container goes; Docker moves its interface back afterwards and then deletes the endpoint. */
    void leave(String networkId, String id) throws DriverException {
        request(() -> {
            Endpoint endpoint = state.endpoints().get(id);
            if (endpoint != null && endpoint.network().equals(networkId) && endpoint.isJoined()) {
                detach(endpoint);
                keep(state.with(id, endpoint.in("")));
            }
            return null;
        });
    }

    private Network network(String id) throws DriverException {
        Network network = state.networks().get(id);
        if (network == null) {
            throw new DriverException("no network " + HostLinks.shortId(id)
                    + "; was the daemon's state folder changed? remove the network and create it again");
        }
        return network;
    }

    private Endpoint endpoint(String networkId, String id) throws DriverException {
        Endpoint endpoint = state.endpoints().get(id);
        if (endpoint == null || !endpoint.network().equals(networkId)) {
            throw new DriverException(
                    "no endpoint " + HostLinks.shortId(id) + " on network " + HostLinks.shortId(networkId));
        }
        return endpoint;
    }

    private void keep(DriverState next) throws DriverException {
        store.save(next);
        state = next;
    }

    // ---- restart -------------------------------------------------------------------------------------

    /**
     * Takes up what an earlier process left: switches of networks, and the interfaces of containers that still run. What
     * containers that ended meanwhile left behind is removed. One that cannot be taken up is logged, and the others are.
     */
    void restore() throws IOException, DriverException {
        DriverState kept = store.load();
        request(() -> {
            state = kept;
            for (Network network : kept.networks().values()) {
                plane.change(now -> withSwitch(now, network), ChangeOptions.DEFAULT);
            }
            kept.endpoints().forEach(this::restore);
            return null;
        });
    }

    private void restore(String id, Endpoint endpoint) {
        try {
            if (!endpoint.isJoined()) {
                return;
            }
            if (HostLinks.isIn(endpoint.sandbox(), id)) {
                Network network = network(endpoint.network());
                SwitchDefinition there = plane.topology().find(network.switchName());
                if (there == null || !there.ports().containsKey(endpoint.port())) {
                    attach(id, network, endpoint);
                }
            } else {
                remove(id);
            }
        } catch (DriverException | ControlException e) {
            LOG.warn("endpoint {} is not served: {}", HostLinks.shortId(id), e.getMessage());
        }
    }
}
