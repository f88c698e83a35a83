// SPDX-License-Identifier: Apache-2.0

package weir.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;
import weir.control.lab.Lab;
import weir.control.lab.LabFile;
import weir.control.lab.LabFolder;
import weir.ports.testing.Waiting;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Files of {@code docker/topologies} through Docker Compose. */
@RequiresFeature({
    Feature.LINUX,
    Feature.ROOT,
    Feature.TUN,
    Feature.NETNS,
    Feature.BUSYBOX,
    Feature.DOCKER,
    Feature.DOCKER_COMPOSE
})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(600)
class DockerTopologiesTest {
    /** By chance, a server gets none of so many once in ten thousand million times. */
    private static final int MOST_CONNECTIONS = 60;

    private static final Path ROOT = Path.of(System.getProperty("weir.root")).toAbsolutePath();

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

    @AfterEach
    void leavesNothingBehind() {
        lab.clear();
        lab.awaitNoInterfaces();
    }

    private static Path file(String name) {
        return ROOT.resolve("docker/topologies").resolve(name + ".yaml");
    }

    /** The file with the driver of this test, and without the line that Compose before 2 does not know. */
    private String text(String name) throws IOException {
        String text = Files.readString(file(name)).replace("driver: weir\n", "driver: " + lab.driver() + "\n");
        assertTrue(text.contains(lab.driver()));
        return text.replace("\nname: " + name + "\n", "\n");
    }

    private void compose(String name, String... words) throws IOException {
        Path file = Files.writeString(lab.folder().resolve(name + ".yaml"), text(name));
        List<String> all = new ArrayList<>(List.of("--project-name", name, "--file", file.toString()));
        all.addAll(List.of(words));
        lab.compose(all);
    }

    private void composeUp(String name) throws IOException {
        compose(name, "up", "--detach");
    }

    private void composeDown(String name) throws IOException {
        compose(name, "down", "--timeout", "0");
        assertEquals(List.of(), lab.docker("ps", "--all", "--quiet").lines().toList());
        lab.awaitNoInterfaces();
    }

    private static String container(String project, String service) {
        return project + "_" + service + "_1";
    }

    @Test
    void twoHosts() throws Exception {
        composeUp("two-hosts");
        String a = container("two-hosts", "a");
        assertTrue(lab.pings(a, "198.18.20.12"));
        assertTrue(lab.pings(a, "b"));
        assertTrue(lab.pings(container("two-hosts", "b"), "2001:db8:20::11"));
        composeDown("two-hosts");
    }

    @Test
    void star() throws Exception {
        composeUp("star");
        for (int i = 1; i <= 8; i++) {
            String host = container("star", "h" + i);
            assertTrue(lab.pings(host, "h" + (i % 8 + 1)));
            assertTrue(lab.pings(host, "2001:db8:21::1" + (i % 8 + 1)));
        }
        composeDown("star");
    }

    /** The switches and the trunk are a lab's, as by {@code weir lab up --switches-only}. */
    @Test
    void vlanTrunk() throws Exception {
        LabFile file = LabFile.read(
                file("vlan-trunk"), Map.of("WEIR_RUN", lab.state().getParent().toString()));
        Lab labs = new Lab(new LabFolder(lab.api().resolveSibling("labs")));
        labs.up(file, new Lab.Options(file("vlan-trunk"), lab.api(), false, false));
        composeUp("vlan-trunk");
        assertTrue(lab.pings(container("vlan-trunk", "red-left"), "198.18.22.130"));
        assertTrue(lab.pings(container("vlan-trunk", "blue-right"), "2001:db8:23::11"));
        assertTrue(lab.isCutOff(container("vlan-trunk", "blue-left"), "198.18.22.130"));
        composeDown("vlan-trunk");
        assertEquals(
                List.of("left", "right"), labs.down("vlan-trunk", null, false).switchesDeleted());
    }

    @Test
    void loadBalancer() throws Exception {
        composeUp("load-balancer");
        String client = container("load-balancer", "client");
        String ask = "nc $0 80 </dev/null";
        for (String server : List.of("198.18.24.11", "198.18.24.12", "198.18.24.13")) {
            Waiting.within(60_000, () -> lab.in(client, "sh", "-c", ask, server) != null);
        }
        Set<String> all = Set.of("server1", "server2", "server3");
        Set<String> answers = new TreeSet<>();
        for (int i = 0; i < MOST_CONNECTIONS && !answers.equals(all); i++) {
            answers.add(String.valueOf(lab.in(client, "sh", "-c", ask, "198.18.24.100")));
        }
        assertEquals(all, answers);
        composeDown("load-balancer");
    }

    @Test
    void chaos() throws Exception {
        byDocker("chaos");
        String a = container("chaos", "a");
        lab.docker("exec", a, "sh", "-c", "ping -q -c 200 -i 0.01 -W 1 -w 30 198.18.25.13; true");
        String slow = lab.docker("exec", a, "ping", "-q", "-c", "3", "198.18.25.12");
        assertTrue(Double.parseDouble(slow.replaceFirst("(?s).*= ([0-9.]+)/.*", "$1")) >= 35, slow);
        lab.weirHere("link", "set", "chaos:b", "--down");
        assertTrue(lab.isCutOff(a, "198.18.25.12"));
        lab.weirHere("link", "clear", "chaos:b");
        assertTrue(lab.pings(a, "198.18.25.12"));
        JsonNode lost = JsonMapper.shared()
                .readTree(lab.weirHere("port", "show", "chaos:c", "-o", "json").out());
        assertTrue(lost.path("drops").path("link_loss").asLong() > 0, lost::toString);
    }

    /** For options of a container's interface, which Compose before 2 does not know: what a newer one asks Docker for. */
    private void byDocker(String name) throws IOException {
        JsonNode compose = YAMLMapper.shared().readTree(text(name));
        compose.path("networks").forEachEntry(this::network);
        compose.path("services").forEachEntry((service, node) -> service(name, service, node));
    }

    private void network(String name, JsonNode network) {
        assertEquals(lab.driver(), network.path("driver").asString());
        List<String> create = new ArrayList<>(List.of("network", "create", "-d", lab.driver()));
        network.path("driver_opts")
                .forEachEntry((key, value) -> create.addAll(List.of("-o", key + "=" + value.asString())));
        if (network.path("enable_ipv6").asBoolean(false)) {
            create.add("--ipv6");
        }
        for (JsonNode pool : network.path("ipam").path("config")) {
            add(create, "--subnet", pool.path("subnet"));
            add(create, "--ip-range", pool.path("ip_range"));
            add(create, "--gateway", pool.path("gateway"));
        }
        create.add(name);
        lab.docker(create.toArray(String[]::new));
    }

    private static void add(List<String> command, String option, JsonNode value) {
        if (value.isString()) {
            command.addAll(List.of(option, value.asString()));
        }
    }

    private void service(String file, String serviceName, JsonNode service) {
        String name = container(file, serviceName);
        List<String> create = new ArrayList<>(List.of("create", "--name", name, "--network", "none", DockerLab.IMAGE));
        JsonNode command = service.path("command");
        if (command.isArray()) {
            command.forEach(word -> create.add(word.asString()));
        } else {
            create.addAll(List.of(command.asString().split(" ", -1)));
        }
        lab.docker(create.toArray(String[]::new));
        lab.docker("network", "disconnect", "none", name);
        service.path("networks").forEachEntry((network, endpoint) -> {
            List<String> connect = new ArrayList<>(List.of("network", "connect", "--alias", serviceName));
            add(connect, "--ip", endpoint.path("ipv4_address"));
            add(connect, "--ip6", endpoint.path("ipv6_address"));
            endpoint.path("driver_opts")
                    .forEachEntry(
                            (key, value) -> connect.addAll(List.of("--driver-opt", key + "=" + value.asString())));
            connect.addAll(List.of(network, name));
            lab.docker(connect.toArray(String[]::new));
        });
        lab.docker("start", name);
    }
}
