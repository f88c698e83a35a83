// SPDX-License-Identifier: Apache-2.0

package weir.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import weir.commands.WeirProcess;
import weir.ports.testing.Waiting;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Rehearsals of {@code weir bench container} with Docker. How fast anything is depends on the machine and is no test's matter. */
@RequiresFeature({
    Feature.LINUX,
    Feature.ROOT,
    Feature.TUN,
    Feature.NETNS,
    Feature.BUSYBOX,
    Feature.DOCKER,
    Feature.IPERF3
})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(600)
class BenchContainerTest {
    private static final Path PLUGINS = Path.of("/run/docker/plugins");
    private static final List<String> FIGURES = List.of(
            "frames_mpps",
            "offered_mpps",
            "cpu_seconds_per_million",
            "switch_cpu_seconds_per_million",
            "tcp_there_gbps",
            "tcp_back_gbps",
            "latency_p50_us",
            "latency_p90_us",
            "latency_p99_us",
            "latency_p999_us");

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

    /** Containers, networks, images, interfaces, sockets and processes. */
    @AfterEach
    void leavesNothingBehind() throws IOException {
        assertEquals("", lab.docker("ps", "-aq"));
        assertEquals("", lab.docker("network", "ls", "-q", "--filter", "label=dev.weir.bench"));
        assertEquals(DockerLab.IMAGE, lab.docker("images", "--format", "{{.Repository}}:{{.Tag}}"));
        lab.awaitNoInterfaces();
        try (Stream<Path> sockets = Files.list(PLUGINS)) {
            assertEquals(
                    List.of(),
                    sockets.filter(each -> each.getFileName().toString().startsWith("weir-bench-"))
                            .toList());
        }
        Waiting.within(30_000, () -> children().isEmpty());
    }

    /** Processes that benchmarks made: in namespaces of their own, or daemons. */
    private static List<String> children() {
        return ProcessHandle.allProcesses()
                .flatMap(process -> process.info().commandLine().stream())
                .filter(line -> line.contains("/weir-bench") || line.contains("iperf3 --server --one-off"))
                .toList();
    }

    @Test
    void measuresBothInTurnAndRemovesWhatAKilledOneLeftToo(@TempDir Path folder) throws Exception {
        try (WeirProcess killed = start("--pairs=100")) {
            awaitContainers();
            killed.signal("KILL").exitCode();
        }
        Path plot = folder.resolve("ratios.svg");
        try (WeirProcess bench = start("--pairs=1", "--plot=" + plot)) {
            assertEquals(0, bench.exitCode(), bench::err);

            JsonNode report = JsonMapper.shared().readTree(bench.out());
            assertEquals("container", report.get("benchmark").asString());
            assertTrue(report.get("settings").get("docker").asBoolean());
            assertEquals("tap", report.get("settings").get("mode").asString());
            JsonNode weir = report.get("contenders").get(0);
            assertEquals("weir", weir.get("name").asString());
            assertEquals(FIGURES, List.copyOf(weir.get("figures").propertyNames()));
            weir.get("figures").propertyStream().forEach(BenchContainerTest::assertOneTurn);
            JsonNode ratios = report.get("ratios").get(0);
            assertEquals("bridge", ratios.get("baseline").asString());
            assertTrue(ratios.get("figures").get("tcp_back_gbps").get("median").asDouble() > 0, ratios::toString);
        }
        String svg = Files.readString(plot);
        assertTrue(svg.startsWith("<svg ") && svg.contains("TCP back / bridge"), svg);
        assertFalse(svg.contains("%"), svg);
    }

    private static void assertOneTurn(Map.Entry<String, JsonNode> figure) {
        JsonNode values = figure.getValue().get("values");
        assertEquals(1, values.size(), figure::toString);
        boolean mayBeUnderATick = figure.getKey().startsWith("switch_cpu");
        assertTrue(mayBeUnderATick || values.get(0).asDouble() > 0, figure::toString);
    }

    @Test
    void leavesNothingBehindWhenItIsStopped() throws InterruptedException {
        try (WeirProcess bench = start("--pairs=100")) {
            awaitContainers();
            assertEquals(130, bench.ctrlC().exitCode(), bench::err);
            assertEquals("", bench.out());
            assertEquals("weir: stopped; everything is removed again\n", bench.err());
        }
    }

    @Test
    void saysWhatToDoWithoutDocker() throws InterruptedException {
        List<String> elsewhere = List.of("env", "DOCKER_HOST=unix:///nonexistent.sock");
        try (WeirProcess bench = WeirProcess.startBehind(elsewhere, "bench", "container")) {
            assertEquals(1, bench.exitCode());
            assertEquals("", bench.out());
            List<String> lines = bench.err().lines().toList();
            assertTrue(lines.get(0).startsWith("weir: no Docker daemon answers: "), bench::err);
            assertEquals(
                    "hint: start one, say by DOCKER_HOST where it is, or use --no-docker for plain network namespaces",
                    lines.get(1));
        }
    }

    private WeirProcess start(String... more) {
        return lab.launch(Stream.concat(Stream.of("bench", "container", "--seconds=1", "-o", "json"), Stream.of(more))
                .toArray(String[]::new));
    }

    private void awaitContainers() {
        Waiting.within(120_000, () -> lab.docker("ps", "-q").lines().count() == 2);
    }
}
