// SPDX-License-Identifier: Apache-2.0

package weir.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.ContainerNetwork;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import weir.core.counter.DropReason;
import weir.ports.testing.Netns;
import weir.testcontainers.WeirCapture;
import weir.testcontainers.WeirExtension;
import weir.testcontainers.WeirNetwork;
import weir.testcontainers.WeirProgram;

/** What a user's tests can do with a network, as {@link TestcontainersTest} runs them in a JVM of their own. */
@Testcontainers
@ExtendWith(WeirExtension.class)
@TestMethodOrder(MethodOrderer.MethodName.class)
class ContainersOverWeir {
    private static final String IMAGE = "busybox:1";
    private static final int PAGE_BYTES = 100_000;
    private static final int PATIENCE_SECONDS = 100;
    private static final Pattern RETRANSMITTED = Pattern.compile("Tcp: (?:-?\\d+ ){11}(\\d+)");
    private static final Pattern SEQUENCE = Pattern.compile("seq=(\\d+)");

    static final WeirNetwork weir = WeirNetwork.builder().seed(5).build();
    static final WeirNetwork other = WeirNetwork.create();

    @Container
    static final GenericContainer<?> web = new GenericContainer<>(IMAGE)
            .withNetwork(weir)
            .withNetworkAliases("web")
            .withCopyToContainer(Transferable.of("x".repeat(PAGE_BYTES)), "/www/page")
            .withCreateContainerCmdModifier(ContainersOverWeir::mayChangeAddresses)
            .withCommand("httpd", "-f", "-h", "/www");

    @Container
    static final GenericContainer<?> client = new GenericContainer<>(IMAGE)
            .withNetwork(weir)
            .withNetworkAliases("client")
            .withCreateContainerCmdModifier(ContainersOverWeir::mayChangeAddresses)
            .withCommand("sleep", "600");

    @Container
    static final GenericContainer<?> third = new GenericContainer<>(IMAGE)
            .withNetwork(weir)
            .withNetworkAliases("third")
            .withCreateContainerCmdModifier(ContainersOverWeir::mayChangeAddresses)
            .withCommand("sleep", "600");

    private static void mayChangeAddresses(CreateContainerCmd command) {
        Objects.requireNonNull(command.getHostConfig()).withCapAdd(Capability.NET_ADMIN);
    }

    @TempDir
    private Path folder;

    @BeforeAll
    static void setsWhatHoldsForAllTests() {
        weir.link("third").delay(Duration.ofMillis(5));
    }

    private static ExecResult get(int patienceSeconds) throws IOException, InterruptedException {
        return client.execInContainer(
                "timeout", Integer.toString(patienceSeconds), "wget", "-q", "-O", "-", "http://web/page");
    }

    private static boolean pings(GenericContainer<?> from, String to) throws IOException, InterruptedException {
        for (int i = 0; i < 15; i++) { // half a minute
            if (from.execInContainer("ping", "-c", "1", "-W", "2", to).getExitCode() == 0) {
                return true;
            }
        }
        return false;
    }

    private static boolean isCutOff(GenericContainer<?> from, String to) throws IOException, InterruptedException {
        return from.execInContainer("ping", "-c", "1", "-W", "1", to).getExitCode() != 0;
    }

    /** Segments that a container has sent again (RFC 4022, tcpRetransSegs). */
    private static long retransmitted(GenericContainer<?> container) throws IOException, InterruptedException {
        return RETRANSMITTED
                .matcher(container.execInContainer("cat", "/proc/net/snmp").getStdout())
                .results()
                .mapToLong(found -> Long.parseLong(found.group(1)))
                .sum();
    }

    @Test
    void pagesComeThroughALossyLinkByRetransmission() throws Exception {
        knowEachOther(client, web); // a question that is lost three times is given up
        knowEachOther(web, client);
        weir.link("web").loss(0.02);
        long fetched = 0;
        while (fetched < 400
                && (weir.drops(DropReason.LINK_LOSS) == 0 || retransmitted(web) + retransmitted(client) == 0)) {
            assertEquals(PAGE_BYTES, get(PATIENCE_SECONDS).getStdout().length());
            fetched++;
        }

        assertTrue(
                weir.counters("web").drops(DropReason.LINK_LOSS) > 0,
                () -> weir.counters().toString());
        assertTrue(retransmitted(web) + retransmitted(client) > 0);
    }

    @Test
    void delaysAreFelt() throws Exception {
        weir.link("web").delay(Duration.ofMillis(150)).jitter(Duration.ofMillis(10));
        double fastest = Double.MAX_VALUE;
        for (int i = 0; i < 15 && fastest >= 900; i++) { // a machine that is busy adds to it
            fastest = Math.min(fastest, fastestOfTwo(client));
        }
        assertTrue(fastest >= 280 && fastest < 900, fastest + " ms");
    }

    /** Milliseconds there and back. */
    private static double fastestOfTwo(GenericContainer<?> from) throws IOException, InterruptedException {
        assertTrue(pings(from, "web"));
        String answer =
                from.execInContainer("ping", "-c", "2", "-W", "30", "web").getStdout();
        return Double.parseDouble(answer.replaceFirst("(?s).* min/avg/max = ([0-9.]+)/.*", "$1"));
    }

    @Test
    void linksAreAskedForByDirection() throws Exception {
        weir.link("web").toContainer().down();
        assertTrue(isCutOff(client, "web"));
        assertTrue(weir.counters("web").drops(DropReason.LINK_DOWN) > 0);

        weir.link("web").up();
        assertTrue(pings(client, "web"));
    }

    @Test
    void partitionsCutTheirSidesAndNobodyElse() throws Exception {
        weir.partition(List.of("web"), List.of("client"));
        assertNotEquals(0, get(1).getExitCode());
        assertTrue(isCutOff(web, "client"));
        assertTrue(pings(third, "web"));
        assertTrue(pings(third, "client"));

        weir.heal();
        assertEquals(PAGE_BYTES, get(PATIENCE_SECONDS).getStdout().length());
    }

    @Test
    void programsDecideAboutFrames() throws Exception {
        try (WeirProgram program =
                weir.program(Path.of(System.getProperty("weir.root"), "examples/programs/drop_port.o"))) {
            program.put("blocked_ports", "80", "0");
            assertNotEquals(0, get(1).getExitCode());
            assertTrue(pings(client, "web"));
            assertTrue(Long.parseLong(program.get("blocked_ports", "80").orElseThrow()) > 0);
            assertTrue(program.get("blocked_ports", "81").isEmpty());
        }
        assertTrue(weir.drops(DropReason.PROGRAM_DROP) > 0);
        assertEquals(PAGE_BYTES, get(PATIENCE_SECONDS).getStdout().length());
    }

    @Test
    void programsThatAreRejectedSayWhy() {
        Path bad = Path.of(System.getProperty("weir.root"), "examples/programs/no_bounds_check.o");
        String message = String.valueOf(
                assertThrows(RuntimeException.class, () -> weir.program(bad)).getMessage());
        assertTrue(message.contains("no_bounds_check.c:11") && message.contains("invalid access to packet"), message);
    }

    @Test
    void capturesAreReadByTshark() throws Exception {
        Path file = folder.resolve("web.pcapng");
        try (WeirCapture capture = weir.capture(file)) {
            assertEquals(PAGE_BYTES, get(PATIENCE_SECONDS).getStdout().length());
            weir.link("web").down();
            assertTrue(isCutOff(client, "web"));
            assertEquals(file, capture.path());
        }
        String requests = Netns.exec(
                "tshark", "-r", file.toString(), "-Y", "http.request", "-T", "fields", "-e", "http.request.uri");
        assertTrue(requests.contains("/page"), requests);
        String dropped =
                Netns.exec("tshark", "-r", file.toString(), "-Y", "icmp && frame.comment contains \"link_down\"");
        assertFalse(dropped.isBlank());
    }

    @Test
    void theSameSeedLosesTheSameFrames() throws Exception {
        for (GenericContainer<?> peer :
                List.of(client, third)) { // and nobody asks again, as systems do after some seconds
            knowEachOther(peer, web);
            knowEachOther(web, peer);
        }
        weir.link("web").loss(0.3);
        List<Integer> first = answered(7);
        List<Integer> again = answered(7);
        List<Integer> another = answered(8);

        assertEquals(first, again);
        assertNotEquals(first, another);
        assertTrue(first.size() > 5 && first.size() < 25, first::toString);
    }

    /** For good: no frames but those of the test. */
    private static void knowEachOther(GenericContainer<?> one, GenericContainer<?> peer) throws Exception {
        ContainerNetwork place = peer.getContainerInfo()
                .getNetworkSettings()
                .getNetworks()
                .values()
                .iterator()
                .next();
        assertEquals(
                0,
                one.execInContainer("arp", "-s", place.getIpAddress(), place.getMacAddress())
                        .getExitCode());
    }

    private static List<Integer> answered(long seed) throws IOException, InterruptedException {
        weir.seed(seed);
        // What is asked after the first thirty is so that answers to these may take some seconds.
        String answers = client.execInContainer("ping", "-c", "150", "-i", "0.03", "-W", "1", "web")
                .getStdout();
        return SEQUENCE.matcher(answers)
                .results()
                .map(found -> Integer.valueOf(found.group(1)))
                .filter(number -> number < 30)
                .toList();
    }

    @Test
    void whatATestSetsIsGoneForTheNextAndWhatIsSetForAllStays() throws Exception {
        // Tests before this one have left nothing; this network's third link is that of all tests.
        assertTrue(pings(client, "web"));
        double fastest = fastestOfTwo(third);
        assertTrue(fastest >= 9, fastest + " ms");
    }

    @Test
    void runningContainersAreConnectedAndDisconnected() throws Exception {
        other.connect(web, "shop");
        other.connect(third, "buyer");
        assertTrue(pings(third, "shop"));
        other.partition("buyer", "shop");
        assertTrue(isCutOff(third, "shop"));
        assertTrue(pings(third, "web"), "the other network is as it was");
        assertEquals(Map.of("shop", true, "buyer", true), seen());
        other.disconnect(web);
        other.disconnect(third);
        assertEquals(Map.of(), seen());
    }

    private static Map<String, Boolean> seen() {
        return other.counters().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, each -> each.getValue().framesFrom() > 0));
    }

    @Test
    void mistakesAreTold() {
        String nobody = String.valueOf(
                assertThrows(RuntimeException.class, () -> weir.link("wbe")).getMessage());
        assertTrue(nobody.contains("no container 'wbe'") && nobody.contains("web"), nobody);
        assertThrows(IllegalArgumentException.class, () -> weir.link("web").loss(1.5));
        assertThrows(IllegalArgumentException.class, () -> weir.link("web").jitter(Duration.ofMillis(1)));
        assertThrows(IllegalArgumentException.class, () -> weir.partition("web", "web"));
    }
}
