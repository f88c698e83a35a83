// SPDX-License-Identifier: Apache-2.0

package weir.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.commands.WeirProcess;
import weir.ports.testing.Waiting;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

@RequiresFeature({Feature.LINUX, Feature.ROOT, Feature.TUN, Feature.NETNS, Feature.BUSYBOX, Feature.DOCKER})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(600)
class DockerNetworkTest {
    @SuppressWarnings("NullAway.Init") // before all tests
    private DockerLab lab;

    @BeforeAll
    void startDocker() throws IOException {
        lab = new DockerLab();
    }

    @AfterAll
    void stopDocker() throws IOException {
        lab.close();
    }

    /** What was made for a test is gone after it: containers, networks, interfaces, the driver's memory of them. */
    @AfterEach
    void leavesNothingBehind() throws IOException {
        lab.clear();
        lab.awaitNoInterfaces();
        Path file = lab.state().resolve("docker.json");
        String state = Files.exists(file) ? Files.readString(file) : "\"networks\" : { } \"endpoints\" : { }";
        assertTrue(state.contains("\"networks\" : { }") && state.contains("\"endpoints\" : { }"), state);
    }

    @Test
    void containersReachEachOtherByAddressAndNameWithBothProtocols() {
        lab.network("lab", "198.18.10.0/24", "--ipv6", "--subnet", "2001:db8:10::/64", "-o", "mtu=1400");
        lab.container("h1", "lab", "--ip", "198.18.10.11", "--ip6", "2001:db8:10::11");
        lab.container("h2", "lab", "--mac-address", "02:00:00:00:00:77");

        String links = lab.docker("exec", "h1", "ip", "link", "show", "eth0");
        assertTrue(links.contains("02:42:c6:12:0a:0b"), links); // from the address
        assertTrue(links.contains("mtu 1400"), links);
        assertTrue(lab.docker("exec", "h2", "ip", "link").contains("02:00:00:00:00:77"));
        assertTrue(lab.pings("h2", "198.18.10.11"));
        assertTrue(lab.pings("h1", "h2"));
        assertTrue(lab.pings("h2", "2001:db8:10::11"));
        lab.docker("exec", "-d", "h1", "httpd", "-f", "-h", "/www");
        assertEquals("weir", lab.docker("exec", "h2", "wget", "-q", "-O", "-", "http://198.18.10.11/"));
    }

    @Test
    void runningContainersComeAndGoAndAreRestarted() {
        lab.network("lab", "198.18.11.0/24");
        lab.network("other", "198.18.12.0/24", "-o", "mode=veth");
        lab.container("h1", "lab");
        lab.container("h2", "lab");

        lab.docker("network", "connect", "--ip", "198.18.12.11", "other", "h1");
        lab.docker("network", "connect", "--ip", "198.18.12.12", "--driver-opt", "port=web", "other", "h2");
        assertTrue(lab.pings("h1", "198.18.12.12"));
        lab.docker("network", "disconnect", "other", "h2");
        assertFalse(lab.docker("exec", "h2", "ip", "link").contains("eth1"));
        assertTrue(lab.isCutOff("h1", "198.18.12.12"));
        lab.docker("network", "connect", "--ip", "198.18.12.12", "other", "h2");
        assertTrue(lab.pings("h1", "198.18.12.12"));

        lab.docker("restart", "-t", "0", "h2");
        assertTrue(lab.pings("h1", "198.18.12.12"));
        assertTrue(lab.pings("h1", "h2"));
    }

    /** Promiscuous ones, too. */
    @ParameterizedTest
    @ValueSource(strings = {"tap", "veth"})
    void containersSeeNoMoreThanTheirFrames(String mode) throws Exception {
        lab.network("lab", "198.18.21.0/24", "-o", "mode=" + mode);
        for (int i = 1; i <= 3; i++) {
            lab.container("h" + i, "lab", "--ip", "198.18.21.1" + i);
        }
        assertTrue(lab.pings("h1", "198.18.21.12"));

        try (WeirProcess peer = lab.hears("h2");
                WeirProcess other = lab.hears("h3")) {
            assertTrue(lab.pings("h1", "198.18.21.12"));
            peer.awaitText("ICMP echo request");
            assertEquals("", other.signal("TERM").outAtItsEnd().strip(), "of its neighbours");
        }
    }

    @Test
    void networksAreApartUnlessTheyShareASwitchAndAVlan() {
        String on = "switch=shared";
        lab.network("red", "198.18.13.0/25", "-o", on, "-o", "vlan=10");
        lab.network("blue", "198.18.13.128/25", "-o", on, "-o", "vlan=20");
        lab.network("alone", "198.18.14.0/24");
        lab.container("r1", "red", "--ip", "198.18.13.11");
        lab.container("r2", "red", "--ip", "198.18.13.12");
        lab.container("b1", "blue", "--ip", "198.18.13.141", "--cap-add", "NET_ADMIN");
        lab.container("a1", "alone", "--cap-add", "NET_ADMIN");

        // As if both had every address on their link: what keeps them apart is the switch alone.
        lab.docker("exec", "b1", "ip", "route", "add", "198.18.13.0/25", "dev", "eth0");
        lab.docker("exec", "a1", "ip", "route", "add", "198.18.13.0/25", "dev", "eth0");
        assertTrue(lab.pings("r1", "198.18.13.12"));
        assertTrue(lab.isCutOff("b1", "198.18.13.11"));
        assertTrue(lab.isCutOff("a1", "198.18.13.11"));
    }

    @Test
    void containersOutliveADriverThatIsKilledAndGoOnWhenItIsBack() throws IOException {
        lab.network("lab", "198.18.15.0/24", "-o", "switch=lab");
        lab.network("veths", "198.18.16.0/24", "-o", "mode=veth");
        lab.container("h1", "lab", "--ip", "198.18.15.11");
        lab.container("h2", "lab", "--ip", "198.18.15.12");
        lab.docker("network", "connect", "--ip", "198.18.16.11", "veths", "h1");
        lab.docker("network", "connect", "--ip", "198.18.16.12", "veths", "h2");
        assertTrue(lab.pings("h1", "198.18.15.12"));

        lab.killWeir();
        String link = "ip link show eth0";
        Waiting.within(30_000, () -> lab.docker("exec", "h1", "sh", "-c", link).contains("NO-CARRIER"));
        lab.startWeir();

        assertTrue(lab.pings("h1", "198.18.15.12"));
        assertTrue(lab.pings("h1", "198.18.16.12"));
        lab.docker("restart", "-t", "0", "h2");
        assertTrue(lab.pings("h2", "198.18.15.11"));
    }

    /** Whoever restarts it, a container has its address again, and its peers reach it. */
    @Test
    void containersThatDockerRestartsAreReachedAgain() throws IOException {
        lab.network("lab", "198.18.22.0/24", "-o", "switch=lab");
        lab.network("veths", "198.18.23.0/24", "-o", "switch=veths", "-o", "mode=veth");
        String[] kept = {"--restart=always", "--stop-signal=KILL", "--ip"};
        lab.container("h1", "lab", kept[0], kept[1], kept[2], "198.18.22.11");
        lab.container("h2", "lab", kept[0], kept[1], kept[2], "198.18.22.12");
        lab.docker("network", "connect", "veths", "h1");
        lab.docker("network", "connect", "--ip", "198.18.23.12", "--driver-opt", "port=web", "veths", "h2");
        assertTrue(lab.pings("h1", "198.18.22.12"));

        lab.crash("h2");
        assertIsReachedAgain("after a crash");

        lab.killDocker();
        lab.startDocker();
        assertIsReachedAgain("after Docker was killed");

        lab.killDocker();
        lab.killWeir();
        lab.startWeir();
        lab.startDocker();
        assertIsReachedAgain("after both were killed");

        lab.killAll("h1", "h2");
        lab.startWeir();
        lab.startDocker();
        assertIsReachedAgain("after a restart of the machine");
    }

    private void assertIsReachedAgain(String when) throws IOException {
        lab.await(when, () -> lab.in("h1", "true") != null && lab.in("h2", "true") != null);
        assertTrue(lab.pings("h1", "198.18.22.12"), when);
        assertTrue(lab.pings("h1", "198.18.23.12"), when);
        assertTrue(lab.pings("h1", "h2"), when);
        Set<String> ports = Set.copyOf(lab.ports("lab"));
        assertEquals(Set.of("198.18.22.11", "198.18.22.12"), ports, () -> when + ": " + lab.weirLog());
        assertTrue(lab.ports("veths").contains("web"), lab::weirLog);
    }

    /** As {@code live-restore} in {@code daemon.json} has it. */
    @Test
    void containersThatOutliveDockerAreReachedAllTheTime() throws IOException {
        lab.killDocker();
        lab.startDocker("--live-restore");
        try {
            lab.network("lab", "198.18.27.0/24");
            lab.container("h1", "lab", "--ip", "198.18.27.11", "--cap-add", "NET_ADMIN");
            lab.container("h2", "lab", "--ip", "198.18.27.12", "--cap-add", "NET_ADMIN");
            // A host that has to ask for an address keeps what it sends until then, or throws it away.
            lab.docker("exec", "h1", "arp", "-s", "198.18.27.12", "02:42:c6:12:1b:0c");
            lab.docker("exec", "h2", "arp", "-s", "198.18.27.11", "02:42:c6:12:1b:0b");
            String before = lab.docker("inspect", "-f", "{{.State.Pid}}", "h1", "h2");
            lab.docker("exec", "-d", "h1", "sh", "-c", "ping -i 0.1 198.18.27.12 > /dev/null");
            long answered = awaitAnswers(1);

            lab.killDocker();
            Waiting.sleep(1_000);
            lab.startDocker("--live-restore");

            assertEquals(before, lab.docker("inspect", "-f", "{{.State.Pid}}", "h1", "h2"));
            awaitAnswers(answered + 20);
            lab.container("h3", "lab");
            assertTrue(lab.pings("h3", "h2"));
        } finally {
            lab.clear();
            lab.killDocker();
            lab.startDocker();
        }
    }

    /** Waits until so many echo requests were sent and every one was answered. Returns how many. */
    private long awaitAnswers(long count) {
        AtomicLong sent = new AtomicLong();
        Waiting.within(60_000, () -> {
            Map<String, Long> icmp = icmpOf("h1");
            sent.set(icmp.get("OutEchos"));
            return sent.get() >= count && icmp.get("InEchoReps") == sent.get();
        });
        return sent.get();
    }

    /** What the kernel has counted; a ping has a short queue of its own, and loses what comes all at once. */
    private Map<String, Long> icmpOf(String container) {
        List<String[]> lines = lab.docker("exec", container, "cat", "/proc/net/snmp")
                .lines()
                .filter(line -> line.startsWith("Icmp: "))
                .map(line -> line.split(" ", -1))
                .toList();
        return IntStream.range(1, lines.get(0).length)
                .boxed()
                .collect(Collectors.toMap(i -> lines.get(0)[i], i -> Long.valueOf(lines.get(1)[i])));
    }

    @Test
    void linksAndProgramsAreOptionsOfTheNetwork() {
        Path drop = Path.of(System.getProperty("weir.root"), "examples/programs/bridge.o");
        lab.network("lossy", "198.18.17.0/24", "-o", "loss=100%");
        lab.network("programmed", "198.18.18.0/24", "-o", "program=" + drop);
        lab.container("l1", "lossy");
        lab.container("l2", "lossy", "--ip", "198.18.17.12");
        lab.docker("network", "connect", "programmed", "l1");
        lab.docker("network", "connect", "--ip", "198.18.18.12", "programmed", "l2");

        assertTrue(lab.isCutOff("l1", "198.18.17.12"));
        assertTrue(lab.pings("l1", "198.18.18.12"));
    }

    @Test
    void portsArePublishedByTheGatewayOfDocker() {
        lab.gateway("198.18.24.0/24");
        try {
            lab.network("lab", "198.18.25.0/24", "-o", "gateway=docker");
            lab.network("shut", "198.18.26.0/24");
            lab.container("web", "lab", "--ip", "198.18.25.11", "-p", "127.0.0.1:8080:80");
            lab.container("mute", "shut", "-p", "127.0.0.1:8081:80");
            for (String each : List.of("web", "mute")) {
                lab.docker("exec", "-d", each, "httpd", "-f", "-h", "/www");
            }
            lab.container("peer", "lab");

            Waiting.within(30_000, () -> lab.fetches("http://127.0.0.1:8080/"));
            assertTrue(lab.pings("peer", "198.18.25.11"));
            assertTrue(lab.docker("exec", "web", "ip", "route").contains("default via 198.18.24.1"));
            assertTrue(lab.pings("web", "198.18.24.1"));
            assertTrue(lab.isCutOff("mute", "198.18.24.1"));
            assertFalse(lab.fetches("http://127.0.0.1:8081/"));
            assertFalse(lab.docker("exec", "mute", "ip", "link").contains("eth1"));
            assertTrue(lab.weirLog().contains("published ports of endpoint "), lab::weirLog);
            lab.docker("restart", "-t", "0", "web");
            lab.docker("exec", "-d", "web", "httpd", "-f", "-h", "/www");
            Waiting.within(30_000, () -> lab.fetches("http://127.0.0.1:8080/"));
        } finally {
            lab.clear();
            lab.docker("network", "rm", "docker_gwbridge");
        }
    }

    @Test
    void mistakesAreToldToWhoTypesThem() {
        String[] create = {"network", "create", "-d", lab.driver(), "--subnet", "198.18.19.0/24", "-o", "", "bad"};
        String[][] cases = {
            {"mod=veth", "unknown option 'mod'; did you mean 'mode'"},
            {"mode=vlan", "option mode: 'vlan' is neither tap nor veth"},
            {"gateway=dokcer", "option gateway: 'dokcer' is neither none nor docker"},
            {"mtu=67", "option mtu: '67' is no number from 68 to 65521"},
            {"loss=lots", "link: "},
            {"program=/etc/hostname", "not an ELF file"},
        };
        for (String[] each : cases) {
            create[7] = each[0];
            String told = lab.dockerFails(create);
            assertTrue(told.contains("weir: ") && told.contains(each[1]), told);
        }
        create[7] = "mtu=1400";
        lab.docker(create); // none of the failures left anything that would be in the way
    }

    @Test
    void imageOfWeirRunsReadOnlyWithTwoCapabilities() throws IOException {
        String image = "weirt-weir:1";
        Path layer = lab.loadWeir(image);
        long megabytes = Files.size(layer) / 1_000_000;
        assertTrue(megabytes < 82, megabytes + " MB"); // aimed at are 60 to 80; releases of Java differ a little
        String[] run = {"run", "--network", "none", "--read-only", "--cap-drop", "ALL"};

        List<String> version = new ArrayList<>(List.of(run));
        version.addAll(List.of("--rm", "--entrypoint", "/opt/weir/java/bin/java", image, "-Xlog:class+load"));
        version.addAll(List.of("@/opt/weir/jvm.options", "weir.control.Main", "--version"));
        String loaded = lab.docker(version.toArray(String[]::new));
        assertTrue(loaded.contains("weir.control.Main source: shared objects file"), "not out of the cache");

        List<String> daemon = new ArrayList<>(List.of(run));
        daemon.addAll(List.of("--cap-add", "NET_ADMIN", "--cap-add", "NET_RAW", "--device", "/dev/net/tun"));
        assertImageWorks(image, daemon);
        dockerfileMakesOneOfTheSameUseOnAnotherBase(layer);
    }

    /** The base has Java on its PATH, as one of a registry would. */
    private void dockerfileMakesOneOfTheSameUseOnAnotherBase(Path layer) {
        lab.importJava(layer, "weirt-java:1");
        lab.buildDockerfile("weirt-java:1", "weirt-based:1");
        assertImageWorks("weirt-based:1", List.of("run", "--network", "none"));
    }

    /** Its version, a daemon that gets ready, answers the image's own health check and ends when it is told to. */
    private void assertImageWorks(String image, List<String> run) {
        List<String> version = new ArrayList<>(run);
        version.addAll(List.of("--rm", image, "--version"));
        assertTrue(lab.docker(version.toArray(String[]::new)).startsWith("weir "));

        List<String> daemon = new ArrayList<>(run);
        daemon.addAll(List.of("-d", "--name", "weir", image));
        lab.docker(daemon.toArray(String[]::new));
        Waiting.within(60_000, () -> lab.docker("logs", "weir").contains("ready: /run/weir/api.sock"));
        String check = lab.docker("inspect", "-f", "{{range .Config.Healthcheck.Test}}{{println .}}{{end}}", "weir");
        List<String> words = check.lines().toList();
        assertEquals("CMD", words.getFirst());
        List<String> exec = new ArrayList<>(List.of("exec", "weir"));
        exec.addAll(words.subList(1, words.size()));
        Waiting.within(
                60_000, () -> lab.succeeds(exec)); // on a busy machine the first answer takes longer than it waits
        lab.docker("stop", "-t", "60", "weir"); // it has time
        assertEquals("0", lab.docker("inspect", "-f", "{{.State.ExitCode}}", "weir"));
        lab.docker("rm", "weir");
    }

    @Test
    void withoutAddressesAContainerHasItsInterfaceAlone() {
        lab.docker("network", "create", "-d", lab.driver(), "--ipam-driver", "null", "bare");
        lab.container("h1", "bare");

        String addresses = lab.docker("exec", "h1", "ip", "-4", "addr", "show", "eth0");
        assertFalse(addresses.contains("inet "), addresses);
        Waiting.within(
                30_000,
                () -> lab.docker("exec", "h1", "ip", "link", "show", "eth0").contains("LOWER_UP"));
    }
}
