// SPDX-License-Identifier: Apache-2.0

package weir.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import weir.control.client.ApiPath;
import weir.control.client.ApiRequest;
import weir.control.client.DaemonClient;
import weir.control.daemon.Daemon;
import weir.control.daemon.DaemonSettings;
import weir.control.lab.Lab;
import weir.control.lab.LabFile;
import weir.control.lab.LabFolder;
import weir.control.lab.LabReport;
import weir.ports.testing.Waiting;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** The files of {@code docker/topologies}, each as a lab with traffic. Through Docker: {@code DockerTopologiesTest}. */
@RequiresFeature({Feature.LINUX, Feature.ROOT, Feature.TUN, Feature.NETNS, Feature.PING, Feature.BUSYBOX})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class TopologiesTest {
    private static final Path ROOT = Path.of(System.getProperty("weir.root")).toAbsolutePath();
    private static final Path FILES = ROOT.resolve("docker/topologies");
    private static final Pattern SENT = Pattern.compile("(\\d+) packets transmitted");
    private static final Pattern RECEIVED = Pattern.compile("(\\d+) received");
    private static final Pattern FASTEST = Pattern.compile("rtt min/avg/max/mdev = ([\\d.]+)/");
    private static final int CONNECTIONS = 60;

    @SuppressWarnings("NullAway.Init") // before all tests
    private Path folder;

    @SuppressWarnings("NullAway.Init") // before all tests
    private Daemon daemon;

    @SuppressWarnings("NullAway.Init") // before all tests
    private Lab lab;

    @BeforeAll
    void startDaemon(@TempDir Path given) throws Exception {
        folder = given;
        daemon = Daemon.start(DaemonSettings.at(socket(), folder.resolve("state")), Map.of());
        lab = new Lab(new LabFolder(folder.resolve("labs")));
    }

    @AfterAll
    void stopDaemon() {
        daemon.close();
    }

    private Path socket() {
        return folder.resolve("s");
    }

    private DaemonClient client() {
        return DaemonClient.at(socket());
    }

    /** What is tried while a lab is up. */
    @FunctionalInterface
    private interface Trial {
        void of(LabNamespaces namespaces) throws Exception;
    }

    private void during(String name, boolean withCommands, Trial trial) throws Exception {
        LabNamespaces namespaces = new LabNamespaces(name);
        namespaces.remove();
        Path file = FILES.resolve(name + ".yaml");
        LabFile read = LabFile.read(file, Map.of("PWD", ROOT.toString(), "WEIR_RUN", folder.toString()));
        try {
            LabReport report = lab.up(read, new Lab.Options(file, socket(), true, withCommands));
            assertEquals("up", report.state());
            trial.of(namespaces);
        } finally {
            LabReport.Ended ended = lab.down(name, null, false);
            assertEquals(List.of(), ended.switchesLeft());
        }
        assertEquals(List.of(), namespaces.present());
        assertEquals(Map.of(), lab.list());
        assertEquals(Map.of(), daemon.plane().switches());
    }

    @Test
    void everyFileIsTriedHere() throws Exception {
        try (Stream<Path> files = Files.list(FILES)) {
            assertEquals(
                    new TreeSet<>(List.of(
                            "chaos.yaml", "load-balancer.yaml", "star.yaml", "two-hosts.yaml", "vlan-trunk.yaml")),
                    new TreeSet<>(files.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith(".yaml"))
                            .toList()));
        }
    }

    @Test
    void twoHostsReachEachOther() throws Exception {
        during("two-hosts", false, hosts -> {
            assertTrue(hosts.pings("a", "198.18.20.12"));
            assertTrue(hosts.pings("b", "2001:db8:20::11"));
        });
    }

    @Test
    void eightHostsOfAStarReachEachOther() throws Exception {
        String all = "for i in 1 2 3 4 5 6 7 8; do for a in 198.18.21.1$i 2001:db8:21::1$i; do"
                + " ping -q -c 1 -W 1 $a || ping -q -c 1 -w 30 $a || ping -q -c 1 -w 30 $a || exit 1;"
                + " done; done";
        during("star", false, hosts -> {
            for (int i = 1; i <= 8; i++) {
                LabNamespaces.Outcome outcome = hosts.in("h" + i, "sh", "-c", all);
                assertEquals(0, outcome.code(), outcome::output);
            }
        });
    }

    @Test
    void vlansMeetAcrossTheTrunkAndStayApart() throws Exception {
        during("vlan-trunk", false, hosts -> {
            Waiting.within(
                    30_000,
                    () -> "UP".equals(port("left", "trunk").path("state").asString()));
            assertTrue(hosts.pings("red-left", "198.18.22.130"));
            assertTrue(hosts.pings("blue-right", "2001:db8:23::11"));
            assertTrue(port("left", "trunk").path("transmitted").asInt() > 0);
            // As if the other VLAN's addresses were on the link, too: what keeps them apart is the switches alone.
            hosts.in("blue-left", "ip", "route", "add", "198.18.22.0/24", "dev", "eth0");
            hosts.in("red-left", "ip", "route", "add", "198.18.23.0/24", "dev", "eth0");
            assertTrue(hosts.isCutOff("blue-left", "198.18.22.130"));
            assertTrue(hosts.isCutOff("blue-left", "198.18.22.11"));
            assertTrue(hosts.isCutOff("red-left", "198.18.23.130"));
        });
    }

    private JsonNode port(String switchName, String port) {
        return client().json(ApiRequest.get(ApiPath.of("switches", switchName, "ports", port)));
    }

    @Test
    void loadBalancerSpreadsConnectionsOverThreeServers() throws Exception {
        String connect = "exec 3<>/dev/tcp/$0/80; cat <&3";
        during("load-balancer", true, hosts -> {
            for (int i = 1; i <= 3; i++) {
                String server = "198.18.24.1" + i;
                Waiting.within(
                        60_000,
                        () -> hosts.in("client", "bash", "-c", connect, server).code() == 0);
            }
            Map<String, Integer> answers = new TreeMap<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                LabNamespaces.Outcome outcome = hosts.in("client", "bash", "-c", connect, "198.18.24.100");
                assertEquals(0, outcome.code(), outcome::output);
                answers.merge(outcome.output().strip(), 1, Integer::sum);
            }
            assertEquals(List.of("server1", "server2", "server3"), List.copyOf(answers.keySet()));
            assertEquals(List.copyOf(answers.values()), hits());
        });
    }

    /** Flows that each server got, as the program counted them. */
    private List<Integer> hits() {
        JsonNode entries = client().json(ApiRequest.get(ApiPath.of("maps", "lb::hits", "entries")))
                .path("entries");
        return entries.valueStream()
                .map(entry -> Integer.parseInt(entry.path("value").asString()))
                .toList();
    }

    @Test
    void chaosLosesAndDelaysFramesAndLinksAreCutAndMended() throws Exception {
        during("chaos", false, hosts -> {
            LabNamespaces.Outcome slow = hosts.in("a", "ping", "-q", "-c", "3", "-i", "0.2", "198.18.25.12");
            assertTrue(fastest(slow.output()) >= 35, slow::output);
            assertTrue(hosts.pings("a", "198.18.25.13")); // its address may be asked for in vain three times
            LabNamespaces.Outcome lossy =
                    hosts.in("a", "ping", "-q", "-c", "128", "-i", "0.01", "-w", "60", "198.18.25.13");
            double answered = (double) number(RECEIVED, lossy.output()) / number(SENT, lossy.output());
            assertTrue(answered > 0.1 && answered < 0.9, lossy::output); // 0.8 there and back: 0.64

            ApiPath link = ApiPath.of("links", "chaos", "b");
            client().json(ApiRequest.put(link).withJson(Map.of("settings", "down")));
            assertTrue(hosts.isCutOff("a", "198.18.25.12"));
            assertTrue(hosts.isCutOff("b", "2001:db8:25::11"));
            client().json(ApiRequest.delete(link));
            assertTrue(hosts.pings("a", "198.18.25.12"));
            assertTrue(hosts.pings("b", "2001:db8:25::11"));
        });
    }

    private static int number(Pattern pattern, String output) {
        Matcher matcher = pattern.matcher(output);
        assertTrue(matcher.find(), output);
        return Integer.parseInt(matcher.group(1));
    }

    private static double fastest(String output) {
        Matcher matcher = FASTEST.matcher(output);
        assertTrue(matcher.find(), output);
        return Double.parseDouble(matcher.group(1));
    }
}
