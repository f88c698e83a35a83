// SPDX-License-Identifier: Apache-2.0

package weir.testcontainers;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.ContainerNetwork;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ContainerState;
import org.testcontainers.containers.Network;
import weir.control.client.DaemonClient;
import weir.core.counter.DropReason;
import weir.testcontainers.LinkDraft.Direction;
import weir.testcontainers.Stations.Station;

/**
 * A network of containers that is a switch of its own. Containers are named by their network alias, their name or their id,
 * and must have been started.
 *
 * <pre>{@code
 * try (WeirNetwork weir = WeirNetwork.create();
 *         GenericContainer<?> web = new GenericContainer<>("shop:1").withNetwork(weir).withNetworkAliases("web")) {
 *     web.start();
 *     weir.link("web").loss(0.1);
 * }
 * }</pre>
 *
 * <p>The switch runs in this JVM, which Docker is told of as a network driver: the JVM must be root on the machine that Docker
 * runs on, and in its network namespace. Or it runs in a {@code weir daemon} that serves Docker, see {@link Builder#daemon}.
 *
 * <p>As with Testcontainers' own networks nothing is made before the first container asks for {@link #getId}. A container that
 * is on no other network sees its switch and nothing else, and none of its ports is published, unless the network is made
 * with {@link Builder#publishedPorts}.
 *
 * <p>Any thread; calls wait for one another.
 */
public final class WeirNetwork implements Network {
    private static final Logger LOG = LoggerFactory.getLogger(WeirNetwork.class);
    private static final int NAME_CHARACTERS = 12;
    static final int CONFLICT = 409;

    private final Builder settings;
    private long seed;
    private Wanted wanted = Wanted.NOTHING;
    private @Nullable Running running;
    private @Nullable Thread hook;

    private WeirNetwork(Builder settings) {
        this.settings = settings;
        seed = settings.seed;
    }

    /**
     * The network while it is there.
     *
     * @param name of the network and of its switch
     */
    private record Running(
            DockerClient docker, String id, String name, DaemonSwitch daemonSwitch, boolean isEmbedded) {}

    /** A network in this JVM, with addresses from 198.18.0.0/15. */
    public static WeirNetwork create() {
        return builder().build();
    }

    /** A network with settings of its own. */
    public static Builder builder() {
        return new Builder();
    }

    /** What a network is like. One thread. */
    public static final class Builder {
        private List<String> subnets = List.of();
        private final Map<String, String> options = new LinkedHashMap<>();
        private long seed = 1;
        private @Nullable Path socket;
        private String driver = "";

        private Builder() {}

        /** Its subnets as {@code 198.18.30.0/24}, or with IPv6 {@code 2001:db8:30::/64} beside it. */
        public Builder subnet(String... cidr) {
            subnets = List.of(cidr);
            return this;
        }

        /**
         * An option of Weir's network driver, such as {@code mtu}, {@code mode} or {@code delay}: what is said of links there
         * is true of every container from its first frame on, until {@link WeirNetwork#link} says something else of it.
         */
        public Builder option(String key, String value) {
            options.put(key, value);
            return this;
        }

        /**
         * Publishes what {@link org.testcontainers.containers.GenericContainer#withExposedPorts} names, so that mapped ports and
         * wait strategies work: containers get a second interface, on Docker's bridge {@code docker_gwbridge}. What goes there,
         * the way out to other networks, too, does not come by the switch.
         */
        public Builder publishedPorts() {
            return option("gateway", "docker");
        }

        /** See {@link WeirNetwork#seed}; 1 unless it is said. */
        public Builder seed(long newSeed) {
            seed = requireSeed(newSeed);
            return this;
        }

        /**
         * Uses a daemon that runs, instead of one in this JVM: {@code weir daemon --socket SOCKET --docker-socket
         * /run/docker/plugins/DRIVER.sock}.
         *
         * @param apiSocket that this user may write to
         * @param dockerDriver what Docker knows it as
         */
        public Builder daemon(Path apiSocket, String dockerDriver) {
            socket = apiSocket;
            driver = dockerDriver;
            return this;
        }

        /** The network; it is made when it is first used. */
        public WeirNetwork build() {
            Builder copy = new Builder();
            copy.subnets = subnets;
            copy.options.putAll(options);
            copy.seed = seed;
            copy.socket = socket;
            copy.driver = driver;
            return new WeirNetwork(copy);
        }
    }

    private static long requireSeed(long seed) {
        if (seed < 0) {
            throw new IllegalArgumentException("seed " + seed + " is negative");
        }
        return seed;
    }

    // ---- life ----------------------------------------------------------------------------------------

    /**
     * Docker's id of the network, which is made if it is not there.
     *
     * @throws WeirException when it cannot be made
     */
    @Override
    public synchronized String getId() {
        return running().id();
    }

    /** Name of the network and of its switch, which is made if it is not there. */
    public synchronized String getName() {
        return running().name();
    }

    private synchronized Running running() {
        Running there = running;
        if (there == null) {
            there = start();
            running = there;
            Thread atExit = new Thread(this::close, "weir-network-close");
            Runtime.getRuntime().addShutdownHook(atExit);
            hook = atExit;
        }
        return there;
    }

    private Running start() {
        DockerClient docker = DockerClientFactory.instance().client();
        String name = "tc" + UUID.randomUUID().toString().replace("-", "").substring(0, NAME_CHARACTERS);
        if (settings.socket != null) {
            String id = new NetworkRequest(docker, settings.driver, name, settings.options).create(settings.subnets);
            return new Running(docker, id, name, new DaemonSwitch(DaemonClient.at(settings.socket), name), false);
        }
        EmbeddedDaemon daemon = EmbeddedDaemon.acquire(docker);
        boolean isMade = false;
        try {
            String id = new NetworkRequest(docker, daemon.driver(), name, settings.options).create(settings.subnets);
            isMade = true;
            return new Running(docker, id, name, new DaemonSwitch(daemon.client(), name), true);
        } finally {
            if (!isMade) {
                EmbeddedDaemon.release();
            }
        }
    }

    /**
     * Removes the network with its switch; containers that are still on it are disconnected first. A network that is used again
     * afterwards is made anew. Idempotent.
     */
    @Override
    public synchronized void close() {
        Running there = running;
        if (there == null) {
            return;
        }
        running = null;
        wanted = Wanted.NOTHING;
        try {
            remove(there.docker(), there.id());
        } finally {
            if (there.isEmbedded()) {
                EmbeddedDaemon.release();
            }
            forgetHook();
        }
    }

    private static void remove(DockerClient docker, String id) {
        try {
            for (Station station : Stations.on(docker, id)) {
                disconnect(docker, id, station.containerId());
            }
            docker.removeNetworkCmd(id).exec();
        } catch (NotFoundException e) {
            LOG.debug("network {} is gone already", id);
        }
    }

    static void disconnect(DockerClient docker, String network, String container) {
        try {
            docker.disconnectFromNetworkCmd()
                    .withNetworkId(network)
                    .withContainerId(container)
                    .withForce(true)
                    .exec();
        } catch (NotFoundException e) {
            LOG.debug("container {} is gone already", container);
        } catch (DockerException e) {
            if (e.getHttpStatus() != CONFLICT) {
                throw e;
            }
            LOG.debug("container {} is about to go", container);
        }
    }

    private void forgetHook() {
        Thread atExit = hook;
        hook = null;
        if (atExit != null && !Thread.currentThread().equals(atExit)) {
            try {
                Runtime.getRuntime().removeShutdownHook(atExit);
            } catch (IllegalStateException e) {
                LOG.debug("the JVM ends"); // and the hook finds nothing to do
            }
        }
    }

    /**
     * Puts a running container onto this network beside those that it is on.
     *
     * @param aliases what others call it here; its name and id work, too
     */
    public synchronized void connect(ContainerState container, String... aliases) {
        Running there = running();
        there.docker()
                .connectToNetworkCmd()
                .withNetworkId(there.id())
                .withContainerId(container.getContainerId())
                .withContainerNetwork(new ContainerNetwork().withAliases(aliases))
                .exec();
        Set<String> concerned =
                wanted.cutFrom(container.getContainerId()); // they know an address that may be another now
        concerned.add(container.getContainerId());
        reachLinks(wanted, concerned, false);
    }

    /** Takes a container off this network; {@link #connect} puts it back, with what was set for its link. */
    public synchronized void disconnect(ContainerState container) {
        Running there = running();
        disconnect(there.docker(), there.id(), container.getContainerId());
    }

    // ---- links ---------------------------------------------------------------------------------------

    /**
     * The link of a container.
     *
     * @param container its alias, name or id
     * @throws WeirException when no such container is on the network
     */
    public WeirLink link(String container) {
        return new WeirLink(this, station(container).containerId(), Direction.BOTH);
    }

    /** The link of a container. */
    public WeirLink link(ContainerState container) {
        return link(container.getContainerId());
    }

    private List<Station> stations() {
        Running there = running();
        return Stations.on(there.docker(), there.id());
    }

    private Station station(String container) {
        return Stations.find(stations(), container);
    }

    synchronized void change(String containerId, UnaryOperator<LinkDraft> change) {
        Set<String> gone = reach(wanted.withLink(containerId, change.apply(wanted.link(containerId))), false);
        if (gone.contains(containerId)) {
            throw new WeirException("container " + containerId + " is no longer on the network", "");
        }
    }

    /**
     * Two containers no longer reach each other; both reach all others. Partitions add up until {@link #heal}.
     *
     * @throws WeirException when one is not on the network
     */
    public void partition(String one, String other) {
        partition(List.of(one), List.of(other));
    }

    /** No container of one side reaches one of the other; within a side nothing changes. */
    public synchronized void partition(Collection<String> one, Collection<String> other) {
        List<Station> stations = stations();
        Set<Wanted.Pair> pairs = new HashSet<>();
        for (String a : one) {
            for (String b : other) {
                String idA = Stations.find(stations, a).containerId();
                String idB = Stations.find(stations, b).containerId();
                if (idA.equals(idB)) {
                    throw new IllegalArgumentException("'" + a + "' and '" + b + "' are the same container");
                }
                pairs.add(Wanted.Pair.of(idA, idB));
            }
        }
        reach(wanted.withCuts(pairs), false);
    }

    /** Ends all partitions; what was set for links stays. */
    public synchronized void heal() {
        reach(wanted.withoutCuts(), false);
    }

    /** Ends partitions and whatever was set for links, and unloads the program. */
    public synchronized void reset() {
        reach(Wanted.NOTHING, false);
    }

    /**
     * Repeats chance: every link begins anew, and what happens to its n-th frame is the same as after the last call with this
     * seed, if containers joined the network in the same order.
     *
     * @param newSeed 0 or more
     */
    public synchronized void seed(long newSeed) {
        seed = requireSeed(newSeed);
        reach(wanted, true);
    }

    /** The seed that links have now. */
    public synchronized long seed() {
        return seed;
    }

    /** What is asked for, to {@linkplain #restore go back to}. */
    synchronized Wanted wanted() {
        return wanted;
    }

    /** Goes back to what was asked for earlier. */
    synchronized void restore(Wanted earlier) {
        reach(earlier, false);
    }

    /**
     * @param anew whether links that stay as they are begin anew
     * @return containers that are concerned and not there
     */
    private Set<String> reach(Wanted next, boolean anew) {
        Set<String> changed = anew ? next.links().keySet() : next.differing(wanted);
        Set<String> gone = changed.isEmpty() ? Set.of() : reachLinks(next, changed, anew);
        reachProgram(next.program());
        wanted = next;
        return gone;
    }

    private Set<String> reachLinks(Wanted next, Set<String> changed, boolean anew) {
        DaemonSwitch target = running().daemonSwitch();
        Map<String, Station> byId = stationsById();
        Map<String, DaemonSwitch.Port> ports = target.ports();
        Set<String> gone = new HashSet<>();
        for (String id : changed) {
            Station station = byId.get(id);
            DaemonSwitch.Port port = station == null ? null : ports.get(station.interfaceName());
            if (port == null) {
                gone.add(id);
                continue;
            }
            apply(target, port.name(), next.link(id), cut(next, id, byId), anew);
        }
        return gone;
    }

    private Map<String, Station> stationsById() {
        Map<String, Station> byId = new HashMap<>();
        stations().forEach(station -> byId.put(station.containerId(), station));
        return byId;
    }

    private static List<String> cut(Wanted of, String id, Map<String, Station> byId) {
        Set<String> others = of.cutFrom(id);
        return byId.values().stream()
                .filter(peer -> others.contains(peer.containerId()))
                .map(Station::mac)
                .toList();
    }

    private void apply(DaemonSwitch target, String port, LinkDraft draft, List<String> cut, boolean anew) {
        boolean isNothing = draft.equals(LinkDraft.NOTHING) && cut.isEmpty();
        String text = draft.settings(cut, seed).toString(); // also when nothing is set: complains early
        if (isNothing || anew) {
            target.clearLink(port);
        }
        if (!isNothing) {
            target.setLink(port, text);
        }
    }

    // ---- programs ------------------------------------------------------------------------------------

    /**
     * Lets an eBPF program decide about every frame, in place of the one before.
     *
     * @param object an object file with one program for XDP, as clang writes it
     * @throws WeirException when it cannot be read, or the verifier rejects it: the message says why, and the one before goes on
     */
    public WeirProgram program(Path object) {
        return program(object, "");
    }

    /** The same for an object file that has several programs. */
    public WeirProgram program(Path object, String name) {
        try {
            return load(Files.readAllBytes(object), name);
        } catch (IOException e) {
            throw new WeirException("cannot read " + object + ": " + e.getMessage(), "", e);
        }
    }

    /** The same for an object file on the class path, {@code acl.o} or {@code programs/acl.o}. */
    public WeirProgram program(String resource) {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        try (InputStream in = loader.getResourceAsStream(resource)) {
            if (in == null) {
                throw new WeirException(
                        "no '" + resource + "' on the class path", "program(Path.of(..)) reads a file elsewhere");
            }
            return load(in.readAllBytes(), "");
        } catch (IOException e) {
            throw new WeirException("cannot read " + resource + ": " + e.getMessage(), "", e);
        }
    }

    private synchronized WeirProgram load(byte[] object, String name) {
        WeirProgram handle = new WeirProgram(this);
        Wanted.Loaded loaded = new Wanted.Loaded(handle, new ObjectBytes(object), name);
        reach(wanted.withProgram(loaded), false);
        return handle;
    }

    private void reachProgram(Wanted.@Nullable Loaded next) {
        if (next == null) {
            if (wanted.program() != null) {
                running().daemonSwitch().unload();
            }
        } else if (!next.equals(wanted.program())) {
            running().daemonSwitch().load(next.object().content(), next.name());
        }
    }

    synchronized void unload(WeirProgram handle) {
        Wanted.Loaded loaded = wanted.program();
        if (loaded != null && loaded.handle().equals(handle)) {
            reach(wanted.withProgram(null), false);
        }
    }

    DaemonSwitch daemonSwitch() {
        return running().daemonSwitch();
    }

    // ---- observation ---------------------------------------------------------------------------------

    /**
     * Captures all frames from now on, those included that are dropped.
     *
     * @param file is written anew; its folder must be there
     */
    public WeirCapture capture(Path file) {
        return capture(file, 0);
    }

    WeirCapture capture(Path file, int frames) {
        return WeirCapture.begin(daemonSwitch(), file, frames);
    }

    /**
     * What a container's port has counted.
     *
     * @param container its alias, name or id
     * @throws WeirException when no such container is on the network
     */
    public WeirCounters counters(String container) {
        Station station = station(container);
        DaemonSwitch.Port port = daemonSwitch().ports().get(station.interfaceName());
        if (port == null) {
            throw new WeirException("container '" + container + "' has just left the network", "");
        }
        return port.counters();
    }

    /** What a container's port has counted. */
    public WeirCounters counters(ContainerState container) {
        return counters(container.getContainerId());
    }

    /** Counters of all containers on the network, by their first alias, or their name. */
    public Map<String, WeirCounters> counters() {
        Map<String, DaemonSwitch.Port> ports = daemonSwitch().ports();
        Map<String, WeirCounters> counters = new LinkedHashMap<>();
        for (Station station : stations()) {
            DaemonSwitch.Port port = ports.get(station.interfaceName());
            if (port != null) {
                counters.put(station.name(), port.counters());
            }
        }
        return counters;
    }

    /** Frames that the network has dropped, by reason, those included of containers that have left. */
    public Map<DropReason, Long> drops() {
        return daemonSwitch().drops();
    }

    /** Frames that the network has dropped for a reason. */
    public long drops(DropReason reason) {
        return drops().getOrDefault(reason, 0L);
    }

    /** What is in force for links, by containers. */
    synchronized Map<String, String> linkTexts() {
        Map<String, String> texts = new LinkedHashMap<>();
        Map<String, Station> byId = stationsById();
        wanted.differing(Wanted.NOTHING).forEach(id -> {
            Station station = byId.get(id);
            texts.put(
                    station == null ? id : station.name(),
                    wanted.link(id).settings(cut(wanted, id, byId), seed).toString());
        });
        return texts;
    }

    /** Whether it is there. */
    synchronized boolean isRunning() {
        return running != null;
    }

    @Override
    public synchronized String toString() {
        Running there = running;
        return there == null ? "a network that is not made yet" : there.name();
    }
}
