// SPDX-License-Identifier: Apache-2.0

package weir.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import weir.ports.testing.Netns;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** {@code weir run} on interfaces that exist, two veths whose other ends belong to two hosts. */
@RequiresFeature({Feature.LINUX, Feature.ROOT, Feature.NETNS, Feature.PING})
@Timeout(300)
class RunPacketTest {
    private final Netns inside = new Netns().silent();
    private final Netns left = new Netns();
    private final Netns right = new Netns();

    @BeforeEach
    void connect() {
        connect("veth0", left, "198.18.67.1/24");
        connect("veth1", right, "198.18.67.2/24");
    }

    private void connect(String link, Netns host, String address) {
        inside.ip("link", "add", link, "type", "veth", "peer", "name", "h0", "netns", host.name());
        inside.ip("link", "set", link, "up");
        host.ip("addr", "add", address, "dev", "h0");
        host.ip("link", "set", "h0", "up");
    }

    @AfterEach
    void removeNamespaces() {
        List.of(inside, left, right).forEach(Netns::close);
    }

    private List<String> withoutCapability(String dropped) {
        return List.of(
                "ip",
                "netns",
                "exec",
                inside.name(),
                "setpriv",
                "--bounding-set=-" + dropped,
                "--inh-caps=-" + dropped);
    }

    @Test
    void carriesPingsWithNetRawAloneAndPrintsCounters() throws InterruptedException {
        List<String> netRawOnly = List.of(
                "ip", "netns", "exec", inside.name(), "setpriv", "--bounding-set=-all,+net_raw", "--inh-caps=-all");
        try (WeirProcess run = WeirProcess.startBehind(netRawOnly, "run", "packet:veth0", "packet:veth1", "-o", "json")
                .awaitText("ready: veth0 UP, veth1 UP")) {
            Pings.areAnswered(left::run, "198.18.67.2");
            inside.ip("link", "delete", "veth1");
            run.awaitText("port veth1 GONE: interface was deleted, or moved to another namespace");

            run.signal("TERM");

            assertEquals(0, run.exitCode(), run::err);
            JsonNode port = run.json().get("ports").get("veth1");
            assertTrue(port.get("received").asLong() >= 4, port::toString); // an ARP answer, three pings
            assertTrue(run.json().get("law").get("holds").asBoolean());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "net_raw, '', socket(AF_PACKET): EPERM (operation not permitted), run as root or with CAP_NET_RAW",
        "net_admin, ?mtu=1400, SIOCSIFMTU veth0: EPERM (operation not permitted), CAP_NET_ADMIN, or leave mtu out",
        "sys_admin, ?netns=, setns, start weir inside that namespace: ip netns exec NAME weir run",
    })
    void saysWhichCapabilityIsMissing(String dropped, String options, String cause, String remedy)
            throws InterruptedException {
        String spec = "packet:veth0" + options + (options.endsWith("netns=") ? inside.path() : "");
        try (WeirProcess run = WeirProcess.startBehind(withoutCapability(dropped), "run", spec, "packet:veth1")) {
            assertEquals(1, run.exitCode(), run::err);
            assertTrue(run.err().contains(cause), run::err);
            assertTrue(run.err().contains(remedy), run::err);
        }
    }
}
