// SPDX-License-Identifier: Apache-2.0

package weir.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import weir.commands.WeirRun;
import weir.ports.testing.Waiting;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** {@code weir docker attach} and {@code detach} with containers that run. */
@RequiresFeature({Feature.LINUX, Feature.ROOT, Feature.TUN, Feature.NETNS, Feature.BUSYBOX, Feature.DOCKER})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(600)
class DockerAttachTest {
    private static final String SWITCH = "lan";

    @SuppressWarnings("NullAway.Init") // before all tests
    private DockerLab lab;

    @BeforeAll
    void startDocker() throws Exception {
        lab = new DockerLab();
        weir("switch", "create", SWITCH).succeeds();
    }

    @AfterAll
    void stopDocker() throws IOException {
        lab.close();
    }

    @AfterEach
    void leavesNothingBehind() throws Exception {
        lab.clear();
        for (String port : ports().propertyNames()) {
            weir("port", "detach", SWITCH + ":" + port).succeeds();
        }
        lab.awaitNoInterfaces();
    }

    /** What asks Docker is a process, with the variable that says where Docker is. */
    private WeirRun weir(String... arguments) throws InterruptedException {
        boolean asksDocker = arguments[0].equals("docker") && !arguments[3].startsWith("pid:");
        return asksDocker ? lab.weir(arguments) : lab.weirHere(arguments);
    }

    private JsonNode succeeds(String... arguments) throws InterruptedException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("-o", "json"));
        return weir(all.toArray(String[]::new)).succeeds().json();
    }

    private void fails(int code, String cause, String hint, String... arguments) throws InterruptedException {
        weir(arguments).fails(code, cause, hint);
    }

    private JsonNode ports() throws InterruptedException {
        return succeeds("port", "list", SWITCH).path("ports");
    }

    private boolean isGone(String port) {
        try {
            return ports().path(port).path("state").asString().equals("GONE");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private String pid(String container) {
        return "pid:" + lab.docker("inspect", "-f", "{{.State.Pid}}", container);
    }

    @Test
    void containersAndProcessesReachEachOtherByBothProtocols() throws Exception {
        lab.container("web", "none");
        lab.container("client", "none");

        JsonNode web = succeeds(
                "docker",
                "attach",
                SWITCH,
                "web",
                "--ip",
                "198.18.30.11/24",
                "--ip",
                "2001:db8:30::11/64",
                "--gateway",
                "198.18.30.1",
                "--mtu",
                "1400");
        String process = pid("client");
        JsonNode client = succeeds(
                "docker",
                "attach",
                SWITCH,
                process,
                "--name",
                "weir0",
                "--ip",
                "198.18.30.12/24",
                "--ip",
                "2001:db8:30::12/64",
                "--mac",
                "02:00:00:00:00:77");

        assertEquals(
                "web eth0 02:42:c6:12:1e:0b 1400",
                String.join(
                        " ",
                        web.path("port").asString(),
                        web.path("interface").asString(),
                        web.path("mac").asString(),
                        web.path("mtu_bytes").asString()));
        assertEquals(
                process.replace(':', '-') + " weir0",
                client.path("port").asString() + " " + client.path("interface").asString());
        assertTrue(lab.docker("exec", "client", "ip", "link", "show", "weir0").contains("02:00:00:00:00:77"));
        assertTrue(lab.docker("exec", "web", "ip", "route").contains("default via 198.18.30.1"));
        assertTrue(lab.pings("web", "198.18.30.12"));
        assertTrue(lab.pings("client", "2001:db8:30::11"));

        assertTrue(succeeds("docker", "detach", SWITCH, process)
                .path("interface_deleted")
                .asBoolean());
        assertFalse(lab.docker("exec", "client", "ip", "link").contains("weir0"));
        assertEquals(List.of("web"), List.copyOf(ports().propertyNames()));
    }

    @Test
    void portIsGoneWithItsContainerAndIsDetachedByItsName() throws Exception {
        lab.container("web", "none");
        succeeds("docker", "attach", SWITCH, "web", "--ip", "198.18.31.11/24");
        succeeds("docker", "attach", SWITCH, "web");
        fails(2, "container web has several interfaces", "--name: eth0, eth1", "docker", "detach", SWITCH, "web");
        succeeds("docker", "detach", SWITCH, "web", "--name", "eth1");

        lab.docker("restart", "-t", "0", "web");
        Waiting.within(30_000, () -> isGone("web"));
        succeeds("docker", "attach", SWITCH, "web", "--ip", "198.18.31.12/24"); // beside the one that is gone
        assertEquals("web-2", String.join(" ", ports().propertyNames()).replace("web ", ""));
        succeeds("docker", "detach", SWITCH, "web"); // the one that serves
        lab.docker("rm", "-f", "web");

        assertFalse(succeeds("docker", "detach", SWITCH, "web")
                .path("interface_deleted")
                .asBoolean());
        assertEquals(0, ports().size());
    }

    @Test
    void containersThatRunAreCompleted() throws Exception {
        lab.container("web", "none");
        lab.container("db", "none");
        lab.docker("stop", "-t", "0", "db");
        String[] complete = {"__complete", "--", "container", "docker", "attach", SWITCH};
        Waiting.within(
                120_000,
                () -> { // who types does not wait for a Docker that is slow: there are no names then
                    String names = completed(complete);
                    assertTrue(names.isEmpty() || names.equals("web\n"), names);
                    return !names.isEmpty();
                });
        assertEquals("", lab.weirAt("/nowhere/docker.sock", complete).succeeds().out());
    }

    private String completed(String... complete) {
        try {
            return lab.weir(complete).succeeds().out();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aPortThatIsMerelyNamedLikeAContainersStays() throws Exception {
        lab.container("db-2", "none");
        succeeds("docker", "attach", SWITCH, "db-2", "--ip", "198.18.35.11/24");

        fails(3, "container db has no port on switch lan", "attached there are db-2", "docker", "detach", SWITCH, "db");
        assertTrue(ports().has("db-2"), ports()::toString);

        succeeds("docker", "detach", SWITCH, "db-2");
        assertEquals(0, ports().size());
    }

    @Test
    void interfacesStayWhenTheDaemonIsKilledAndAreServedAgain() throws Exception {
        lab.container("h1", "none");
        lab.container("h2", "none");
        lab.container("h3", "none");
        succeeds("docker", "attach", SWITCH, "h1", "--ip", "198.18.32.11/24");
        succeeds("docker", "attach", SWITCH, "h2", "--ip", "198.18.32.12/24");
        succeeds("docker", "attach", SWITCH, "h3", "--ip", "198.18.32.13/24");

        lab.killWeir();
        lab.docker("rm", "-f", "h3");
        lab.startWeir(); // without the port of the container that ended meanwhile

        assertTrue(lab.pings("h1", "198.18.32.12"));
        assertEquals("FAILED", ports().path("h3").path("state").asString());
        lab.docker("rm", "-f", "h2");
        Waiting.within(30_000, () -> isGone("h2")); // though the switch's descriptor was opened inside
        for (String each : List.of("h1", "h2", "h3")) {
            succeeds("docker", "detach", SWITCH, each);
        }
    }

    @Test
    void mistakesAreToldAndLeaveNothing() throws Exception {
        lab.container("web", "none");
        lab.docker("create", "--name", "idle", DockerLab.IMAGE, "sleep", "1");
        String web = pid("web");
        String[][] cases = {
            {"3", "no container 'wep'", "did you mean 'web'", SWITCH, "wep"},
            {"1", "container idle is not running but created", "docker start idle", SWITCH, "idle"},
            {"3", "no switch 'lam'", "did you mean 'lan'", "lam", web},
            {
                "1",
                "process " + web.substring(4) + " has an interface lo already",
                "eth0 is free",
                SWITCH,
                web,
                "--name",
                "lo"
            },
            {"2", "'198.18.33.1' is no address with a prefix length", "--help", SWITCH, web, "--ip", "198.18.33.1"},
            {"2", "the prefix of '198.18.33.1/33' is longer", "--help", SWITCH, web, "--ip", "198.18.33.1/33"},
            {"2", "'01:00:00:00:00:01' is no MAC address of a station", "", SWITCH, web, "--mac", "01:00:00:00:00:01"},
            {
                "2",
                "no address of eth0 leads to 198.18.34.1",
                "gateway's network",
                SWITCH,
                web,
                "--ip",
                "198.18.33.1/24",
                "--gateway",
                "198.18.34.1"
            },
            {"2", "mtu 1 in ", "", SWITCH, web, "--mtu", "1"},
            {"2", "'pid:x' names no process", "pid:1234", SWITCH, "pid:x"},
            {
                "2",
                "process " + ProcessHandle.current().pid() + " uses this machine's own network",
                "weir port attach",
                SWITCH,
                "pid:" + ProcessHandle.current().pid()
            },
            {"3", "process 999999999 has no network namespace", "ended", SWITCH, "pid:999999999"},
        };
        for (String[] each : cases) {
            List<String> line = new ArrayList<>(List.of("docker", "attach"));
            line.addAll(List.of(each).subList(3, each.length));
            fails(Integer.parseInt(each[0]), each[1], each[2], line.toArray(String[]::new));
        }
        fails(
                3,
                "process " + web.substring(4) + " has no port on switch lan",
                "nothing is attached",
                "docker",
                "detach",
                SWITCH,
                web);
        lab.weirAt("/none", "docker", "attach", SWITCH, "web").fails(1, "no Docker at /none", "pid:PID");
        assertFalse(lab.docker("exec", "web", "ip", "link").contains("eth0"));
        assertEquals(0, ports().size());
    }
}
