// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.container;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import weir.control.bench.process.BenchFailure;
import weir.control.bench.process.ChildDaemon;
import weir.control.bench.process.Closing;
import weir.control.bench.process.Scratch;
import weir.control.bench.process.Tools;

/**
 * Network namespaces by processes that do nothing: one for the switch and one for each station. All that is in them goes
 * with the processes, and those with this one.
 *
 * <pre>
 *   switch            s1      s2      ...
 *                     |       |         veth pairs, or TAPs that a switch makes
 *   stations         eth0    eth0     ...
 * </pre>
 */
final class Namespaces implements AutoCloseable {
    /** Name for the bridge of whoever makes one. */
    static final String BRIDGE = "br0";

    // Its own /sys, which shows the interfaces of the namespace in which it is mounted; no IPv6, whose own frames would
    // be measured, too.
    private static final String LIVE = "mount -t sysfs sysfs /sys && ip link set lo up"
            + " && echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6"
            + " && echo ready && exec sleep infinity";
    private static final int FIRST_STATION = 11;

    private final Closing closing = new Closing();
    private final ChildDaemon host;
    private final List<Station> stations = new ArrayList<>();

    /**
     * Makes them.
     *
     * @param subnet first three bytes of the stations' addresses, {@code 198.18.70}
     */
    Namespaces(Scratch scratch, String name, int count, String subnet) throws BenchFailure, InterruptedException {
        boolean done = false;
        try {
            host = live(scratch, name);
            for (int i = 1; i <= count; i++) {
                ChildDaemon station = live(scratch, name + "-" + i);
                stations.add(new Station(station.pid(), subnet + "." + (FIRST_STATION + i - 1)));
            }
            done = true;
        } finally {
            if (!done) {
                closing.close();
            }
        }
    }

    private ChildDaemon live(Scratch scratch, String name) throws BenchFailure, InterruptedException {
        List<String> command = Tools.bound(
                "KILL", List.of("unshare", "--net", "--mount", "--propagation", "private", "sh", "-c", LIVE));
        ChildDaemon process = ChildDaemon.start(command, scratch.file("netns-" + name + ".log"));
        closing.add(process);
        process.awaitText("ready");
        return process;
    }

    List<Station> stations() {
        return stations;
    }

    /** The process in the switch's namespace. */
    long host() {
        return host.pid();
    }

    /** Interface of the switch for a station. */
    static String port(int station) {
        return "s" + station;
    }

    /** Names of all of them. */
    List<String> ports() {
        List<String> ports = new ArrayList<>();
        for (int i = 1; i <= stations.size(); i++) {
            ports.add(port(i));
        }
        return ports;
    }

    /** Shell commands where the switch is, one after the other until one fails. */
    void onHost(List<String> commands) throws BenchFailure, InterruptedException {
        Tools.run(List.of(
                "nsenter", "--target=" + host(), "--net", "--mount", "sh", "-c", String.join(" && ", commands)));
    }

    /** A veth pair for each station; addresses are set. */
    void connectVeths() throws BenchFailure, InterruptedException {
        List<String> commands = new ArrayList<>();
        for (int i = 1; i <= stations.size(); i++) {
            commands.add("ip link add " + port(i) + " type veth peer name " + Station.INTERFACE + " netns "
                    + stations.get(i - 1).pid());
            commands.add("ip link set " + port(i) + " up");
        }
        onHost(commands);
        configure();
    }

    /** Takes TAPs that are in the stations' namespaces by now, each under the name of its port. */
    void connectTaps() throws BenchFailure, InterruptedException {
        for (int i = 1; i <= stations.size(); i++) {
            Tools.run(Tools.inNetworkOf(
                    stations.get(i - 1).pid(),
                    List.of("ip", "link", "set", port(i), "down", "name", Station.INTERFACE)));
        }
        configure();
    }

    /** Frames that the kernel dropped at the ports and at the bridge. */
    Map<String, Long> drops() {
        InterfaceCounters sum = ports().stream()
                .map(port -> InterfaceCounters.of(host(), port))
                .reduce(InterfaceCounters.of(host(), BRIDGE), InterfaceCounters::plus);
        return new TreeMap<>(Map.of("rx_dropped", sum.receiveDropped(), "tx_dropped", sum.transmitDropped()));
    }

    private void configure() throws BenchFailure, InterruptedException {
        for (Station each : stations) {
            String set = "ip link set " + Station.INTERFACE + " address " + each.macText() + " && ip addr add "
                    + each.address() + "/24 dev " + Station.INTERFACE + " && ip link set " + Station.INTERFACE + " up";
            Tools.run(Tools.inNetworkOf(each.pid(), List.of("sh", "-c", set)));
        }
    }

    @Override
    public void close() {
        closing.close();
    }
}
