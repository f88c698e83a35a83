// SPDX-License-Identifier: Apache-2.0

package weir.control.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.control.docker.PluginClient;
import weir.control.plane.ControlException;
import weir.control.plane.ControlPlane.ChangeOptions;
import weir.control.topology.ObjectNames;
import weir.control.topology.SwitchDefinition;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Object files that only Docker's networks name, over a restart. */
@RequiresFeature(Feature.LINUX)
class DockerObjectsTest {
    private static final Path PROGRAMS = Path.of(System.getProperty("weir.root", ".."), "examples", "programs")
            .toAbsolutePath();

    @TempDir
    private Path folder;

    private Daemon start() throws Exception {
        return Daemon.start(
                DaemonSettings.at(folder.resolve("s"), folder.resolve("state"))
                        .withDockerSocket(folder.resolve("docker.sock")),
                Map.of());
    }

    @Test
    void aProgramOfANetworkWithoutContainersIsThereAfterARestartAndWhatNobodyNamesIsNot() throws Exception {
        Path file = PROGRAMS.resolve("counters.o");
        String used = ObjectNames.digestOf(Files.readAllBytes(file));
        String unused;
        try (Daemon daemon = start()) {
            daemon.plane().change(now -> now.with("lan", SwitchDefinition.DEFAULT), ChangeOptions.DEFAULT);
            unused = daemon.plane().objects().put(Files.readAllBytes(PROGRAMS.resolve("nologic.o")));
            String answer = new PluginClient(folder.resolve("docker.sock"))
                    .driver("CreateNetwork", network(file))
                    .toString();
            assertEquals("{}", answer);
        }
        try (Daemon daemon = start()) {
            assertEquals(
                    "count_protocols",
                    daemon.plane().objects().get(used).programs().getFirst().name());
            assertThrows(ControlException.class, () -> daemon.plane().objects().get(unused));
        }
    }

    private static String network(Path program) {
        return """
                {"NetworkID": "%s", "IPv6Data": [],
                 "Options": {"com.docker.network.generic": {"switch": "lan", "program": "%s"}},
                 "IPv4Data": [{"AddressSpace": "LocalDefault", "Pool": "198.18.10.0/24", "Gateway": "198.18.10.1/24"}]}
                """.formatted("a".repeat(64), program);
    }
}
