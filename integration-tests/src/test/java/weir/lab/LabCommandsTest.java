// SPDX-License-Identifier: Apache-2.0

package weir.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import weir.commands.WeirProcess;
import weir.commands.WeirRun;
import weir.ports.testing.Netns;
import weir.ports.testing.Waiting;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** {@code weir lab} and its daemon as processes, which are killed at the worst moment. */
@RequiresFeature({Feature.LINUX, Feature.ROOT, Feature.TUN, Feature.NETNS, Feature.PING})
@Timeout(300)
class LabCommandsTest {
    private static final String NAME = "weirt-lab";
    private static final String TEXT = """
            name: weirt-lab
            services:
              a:
                image: none
                command: sleep 600
                networks: {lan: {ipv4_address: 198.18.26.11}}
              b:
                image: none
                networks: {lan: {ipv4_address: 198.18.26.12}}
            networks:
              lan:
                driver: weir
                ipam: {config: [{subnet: 198.18.26.0/24}]}
            """;

    private final LabNamespaces hosts = new LabNamespaces(NAME);

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void write() throws Exception {
        hosts.remove();
        file = Files.writeString(folder.resolve("lab.yaml"), TEXT);
    }

    @AfterEach
    void leavesNothing() {
        List<String> left = hosts.present();
        hosts.remove();
        assertEquals(List.of(), left);
    }

    private WeirProcess daemon() {
        return WeirProcess.start(
                        "daemon",
                        "--socket",
                        folder.resolve("s").toString(),
                        "--state",
                        folder.resolve("state").toString())
                .awaitText("ready: ");
    }

    private void kill(WeirProcess daemon) throws Exception {
        daemon.close();
        Files.deleteIfExists(folder.resolve("s"));
    }

    private WeirRun lab(String command, String... arguments) {
        List<String> all = new ArrayList<>(List.of("lab", command));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--labs", folder.resolve("labs").toString()));
        if (command.equals("up")) {
            all.addAll(List.of("--socket", folder.resolve("s").toString()));
        }
        return WeirRun.of(all.toArray(String[]::new));
    }

    private JsonNode succeeds(String command, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("-o", "json"));
        return lab(command, all.toArray(String[]::new)).succeeds().json();
    }

    private void fails(int code, String cause, String hint, String command, String... arguments) {
        lab(command, arguments).fails(code, cause, hint);
    }

    private String state() {
        return succeeds("list").at("/labs/" + NAME + "/state").asString("none");
    }

    @Test
    void isMadeOnceMendedAndTakenDownWithItsCommands() throws Exception {
        try (WeirProcess daemon = daemon()) {
            JsonNode up = succeeds("up", file.toString(), "--run").path("labs").path(NAME);
            assertEquals("up", up.path("state").asString());
            assertTrue(up.at("/services/a/running").asBoolean()
                    && !up.at("/services/b/running").asBoolean());
            assertTrue(hosts.pings("a", "198.18.26.12"));

            Netns.exec("ip", "netns", "delete", hosts.name("b"));
            Waiting.within(30_000, () -> state().equals("partial"));
            assertEquals(
                    "up",
                    succeeds("up", file.toString(), "--run")
                            .at("/labs/" + NAME + "/state")
                            .asString());
            assertTrue(hosts.pings("b", "198.18.26.11"));

            Files.writeString(file, TEXT.replace("198.18.26.12", "198.18.26.13"));
            fails(1, "lab weirt-lab is there already", "'weir lab down weirt-lab' first", "up", file.toString());
            JsonNode down = succeeds("down", NAME);
            assertEquals(1, down.path("processes").asInt());
            assertEquals("lan", down.at("/switches_deleted/0").asString());
            fails(3, "no lab 'weirt-lab'", "there is none", "down", NAME);
            assertTrue(daemon.signal("TERM").exitCode() == 0, daemon::err);
        }
    }

    @Test
    void goesOnWithADaemonThatWasKilledAndIsBack() throws Exception {
        WeirProcess daemon = daemon();
        succeeds("up", file.toString());
        kill(daemon);
        assertEquals("no_daemon", state());
        assertTrue(hosts.isCutOff("a", "198.18.26.12"));
        try (WeirProcess again = daemon()) {
            assertTrue(hosts.pings("a", "198.18.26.12"));
            assertEquals("up", state());
            succeeds("down", NAME);
            assertTrue(again.isAlive());
        }
    }

    @Test
    void isTakenDownWithoutItsDaemonAndTheRestWhenThatIsBack() throws Exception {
        WeirProcess daemon = daemon();
        succeeds("up", file.toString());
        kill(daemon);

        fails(
                5,
                "the namespaces of weirt-lab are gone, its switches stay",
                "'weir lab down weirt-lab' again",
                "down",
                NAME);
        assertEquals(List.of(), hosts.present());
        assertEquals("no_daemon", state());
        try (WeirProcess again = daemon()) { // it starts, though the ports' namespaces are gone
            assertEquals("partial", state());
            assertEquals("lan", succeeds("down", NAME).at("/switches_deleted/0").asString());
            assertEquals("none", state());
            assertFalse(again.err().isEmpty(), "it told of the ports that it left out");
        }
    }

    @Test
    void saysWhatIsMissingAndLeavesNothing() throws Exception {
        fails(5, "no daemon at ", "start one with 'weir daemon'", "up", file.toString());
        fails(
                3,
                "no file ",
                "write the path of a Compose file",
                "up",
                folder.resolve("none.yaml").toString());
        List<String> bare = List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all");
        try (WeirProcess process = WeirProcess.startBehind(bare, "lab", "up", file.toString())) {
            assertEquals(1, process.exitCode(), process::err);
            assertTrue(process.err().contains("which needs CAP_NET_ADMIN and CAP_SYS_ADMIN"), process::err);
        }
        try (WeirProcess daemon = daemon()) {
            Netns.exec("ip", "netns", "add", hosts.name("b"));
            fails(
                    1,
                    "the network namespace weir-weirt-lab-b is there already",
                    "'ip netns delete",
                    "up",
                    file.toString());
            Netns.exec("ip", "netns", "delete", hosts.name("b"));
            // The second interface cannot be made: what was made before it is taken back.
            Files.writeString(file, TEXT.replace("198.18.26.12}", "198.18.26.12, interface_name: lo}"));
            fails(1, "", "", "up", file.toString());
            assertEquals("none", state());
            assertTrue(daemon.isAlive());
        }
    }
}
