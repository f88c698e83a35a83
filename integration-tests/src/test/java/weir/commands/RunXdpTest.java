// SPDX-License-Identifier: Apache-2.0

package weir.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.ports.testing.Waiting.within;

import java.util.ArrayList;
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

/** {@code weir run xdp:v0 xdp:v1} in a namespace between two hosts. */
@RequiresFeature({Feature.LINUX, Feature.ROOT, Feature.BPF_PROGRAMS, Feature.NETNS, Feature.PING})
@Timeout(300)
class RunXdpTest {
    private static final String MEMLOCK = "--memlock=8388608";

    private final Netns between = new Netns().silent();
    private final Netns left = new Netns();
    private final Netns right = new Netns();

    @BeforeEach
    void connect() {
        connect("v0", left, "198.18.67.1/24");
        connect("v1", right, "198.18.67.2/24");
    }

    private void connect(String near, Netns host, String address) {
        between.ip("link", "add", near, "type", "veth", "peer", "name", "e0", "netns", host.name());
        between.ip("link", "set", near, "up");
        host.ip("link", "set", "e0", "up");
        host.ip("addr", "add", address, "dev", "e0");
    }

    @AfterEach
    void removeNamespaces() {
        left.close();
        right.close();
        between.close();
    }

    /** @param behind a command that becomes weir */
    private WeirProcess run(List<String> behind, String... args) {
        List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", between.name()));
        command.addAll(behind);
        return WeirProcess.startBehind(command, args);
    }

    private WeirProcess run() {
        return run(List.of(), "run", "xdp:v0", "xdp:v1", "-o", "json").awaitText("ready: v0 UP, v1 UP");
    }

    private void assertPings() {
        Pings.areAnswered(left::run, "198.18.67.2");
    }

    private void assertNothingIsAttached() {
        within(30_000, () -> !between.ip("link").contains("xdp"));
    }

    @Test
    void carriesPingsUntilItIsTerminatedAndGivesTheInterfacesBack() throws InterruptedException {
        try (WeirProcess run = run()) {
            assertPings();

            run.signal("TERM");

            assertEquals(0, run.exitCode(), run::err);
            JsonNode port = run.json().get("ports").get("v1");
            assertTrue(port.get("received").asLong() >= 4, port::toString); // an ARP answer, three pings
            assertTrue(run.json().get("law").get("holds").asBoolean());
            assertNothingIsAttached();
        }
    }

    @Test
    void killedSwitchLeavesTheInterfacesFreeForTheNextOne() throws InterruptedException {
        try (WeirProcess first = run()) {
            assertPings();
            first.signal("KILL");
            first.exitCode();
        }
        assertNothingIsAttached();
        try (WeirProcess second = run()) {
            assertPings();
            second.signal("TERM");
            assertEquals(0, second.exitCode(), second::err);
        }
    }

    @Test
    void interfaceOfAnotherSwitchIsInUse() throws InterruptedException {
        try (WeirProcess first = run();
                WeirProcess second = run(List.of(), "run", "memory:m", "xdp:v0")) {
            assertEquals(1, second.exitCode());
            assertTrue(second.err().contains("interface \"v0\" is in use: another XDP program"), second::err);
            assertTrue(second.err().contains("hint: ip -d link show dev v0"), second::err);
            assertTrue(first.isAlive());
            assertPings();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "-net_raw, run as root or with CAP_NET_RAW",
        "'-bpf,-sys_admin', run as root or with CAP_BPF and CAP_NET_ADMIN",
        "-ipc_lock, more than this process may lock in memory",
        "-ipc_lock, 'hint: ulimit -l unlimited, LimitMEMLOCK=infinity, --ulimit memlock=-1, or CAP_IPC_LOCK'",
    })
    void missingRightsAreNamed(String dropped, String message) throws InterruptedException {
        List<String> behind = List.of("prlimit", MEMLOCK, "setpriv", "--bounding-set=" + dropped);
        try (WeirProcess run = run(behind, "run", "memory:m", "xdp:v0")) {
            assertEquals(1, run.exitCode());
            assertTrue(run.err().replace("root, or", "root or").contains(message), run::err);
            assertNothingIsAttached();
        }
    }
}
