// SPDX-License-Identifier: Apache-2.0

package weir.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import weir.ports.testing.Netns;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/**
 * Tests that a user writes with Testcontainers, run as a user runs them: in a JVM of their own, with a Docker that it finds by its
 * environment. The JVM is in the network namespace of that Docker.
 */
@RequiresFeature({
    Feature.LINUX,
    Feature.ROOT,
    Feature.TUN,
    Feature.NETNS,
    Feature.BUSYBOX,
    Feature.DOCKER,
    Feature.TSHARK
})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(1100)
class TestcontainersTest {
    private static final List<Class<?>> SUCCEEDING =
            List.of(ShopExample.class, ContainersOverWeir.class, OverRunningDaemon.class, PublishedOverWeir.class);
    /** Less than a minute on a machine with nothing else to do. */
    private static final long RUN_SECONDS = 900;

    private static final long END_SECONDS = 60;
    private static final int MOST_CHARACTERS = 4_000;

    @SuppressWarnings("NullAway.Init") // before all tests
    private DockerLab lab;

    @SuppressWarnings("NullAway.Init") // before all tests
    private Path evidence;

    private String output = "";
    private long pid;
    private long abandonedPid;
    private String abandoned = "";
    private List<String> left = List.of();

    @BeforeAll
    void runTests() throws IOException, InterruptedException {
        lab = new DockerLab();
        lab.docker("tag", DockerLab.IMAGE, "busybox:1");
        lab.gateway("198.18.24.0/24");
        evidence = lab.folder().resolve("evidence");
        Path home = Files.createDirectories(lab.folder().resolve("home"));
        abandon(home);
        Path log = lab.folder().resolve("tests.log");
        List<String> tests = new ArrayList<>(List.of(evidence.toString()));
        SUCCEEDING.forEach(each -> tests.add(each.getName()));
        tests.add(FailingOverWeir.class.getName());
        Process process =
                jvm(home, UserTests.class, tests).redirectOutput(log.toFile()).start();
        pid = process.pid();
        if (!process.waitFor(RUN_SECONDS, TimeUnit.SECONDS)) {
            process.destroy(); // it then closes its networks
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
        output = Files.readString(log);
        lab.docker("network", "rm", "docker_gwbridge");
        try (Stream<Path> files = Files.list(home)) {
            left = files.map(file -> file.getFileName().toString()).toList();
        }
    }

    /** Kills a JVM whose containers run. */
    private void abandon(Path home) throws IOException, InterruptedException {
        Process process = jvm(home, AbandonedNetwork.class, List.of()).start();
        StringBuilder said = new StringBuilder();
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said.append(line).append('\n');
                if (line.equals(AbandonedNetwork.READY)) {
                    abandonedPid = process.pid();
                    abandoned = lab.docker("network", "ls", "--format", "{{.Driver}}") + "\n"
                            + lab.docker("ps", "--format", "{{.Command}}");
                    break;
                }
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertTrue(abandonedPid != 0, said::toString);
    }

    private ProcessBuilder jvm(Path home, Class<?> main, List<String> arguments) {
        List<String> command = new ArrayList<>(lab.inNamespace(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx512m",
                "-Duser.home=" + home, // where Testcontainers keeps what it has found out
                "-Djava.io.tmpdir=" + home,
                "-Dweir.root=" + System.getProperty("weir.root"),
                "-Dtest.api=" + lab.api(),
                "-Dtest.driver=" + lab.driver(),
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("DOCKER_HOST", lab.host());
        builder.environment().put("TESTCONTAINERS_RYUK_DISABLED", "true");
        builder.environment().put("TESTCONTAINERS_HOST_OVERRIDE", "localhost");
        builder.environment().put("TESTCONTAINERS_CHECKS_DISABLE", "true");
        return builder;
    }

    private static Path driverOf(long jvm) {
        return Path.of("/run/docker/plugins/weir-tc-" + jvm + ".sock");
    }

    @AfterAll
    void stopDocker() throws IOException {
        lab.clear();
        lab.close();
    }

    @TestFactory
    Stream<DynamicTest> succeeds() {
        return SUCCEEDING.stream()
                .flatMap(each -> Arrays.stream(each.getDeclaredMethods()))
                .filter(method -> method.isAnnotationPresent(Test.class))
                .map(TestcontainersTest::name)
                .map(name -> DynamicTest.dynamicTest(
                        name, () -> assertTrue(output.contains("SUCCESSFUL " + name + "\n"), () -> about(name))));
    }

    private String about(String name) {
        int at = output.indexOf(" " + name + "\n");
        return at < 0 ? output : output.substring(at, Math.min(output.length(), at + MOST_CHARACTERS));
    }

    private static String name(Method method) {
        return method.getDeclaringClass().getSimpleName() + "." + method.getName();
    }

    @Test
    void nothingElseFails() {
        List<String> failed = output.lines()
                .filter(line -> line.startsWith("FAILED ") || line.startsWith("ABORTED "))
                .toList();
        assertEquals(List.of("FAILED FailingOverWeir.fails"), failed, () -> output);
    }

    @Test
    void aTestThatFailsLeavesACaptureAndATable() throws IOException {
        Path folder = evidence.resolve(FailingOverWeir.class.getName());
        try (Stream<Path> tests = Files.list(folder)) {
            assertEquals(List.of(folder.resolve("fails")), tests.toList()); // and the one that passes leaves nothing
        }
        String table = Files.readString(folder.resolve("fails/network.txt"));
        assertTrue(table.contains("web ") && table.contains("link_down "), table);
        assertTrue(table.contains("link of web: down"), table);
        String capture = folder.resolve("fails/network.pcapng").toString();
        String dropped = Netns.exec("tshark", "-r", capture, "-Y", "frame.comment contains \"link_down\"");
        assertFalse(dropped.isBlank());
    }

    /** The one that was killed first. */
    @Test
    void whatAKilledJvmLeftIsRemovedByTheNext() {
        assertTrue(abandoned.contains("weir-tc-" + abandonedPid), abandoned);
        assertEquals(2, abandoned.split("sleep", -1).length - 1, abandoned);
        assertFalse(Files.exists(driverOf(abandonedPid)), () -> output);
        assertNothingIsLeft();
    }

    @Test
    void nothingIsLeftBehind() {
        assertNothingIsLeft();
        assertFalse(Files.exists(driverOf(pid)));
    }

    private void assertNothingIsLeft() {
        assertEquals("", lab.docker("ps", "-aq"));
        List<String> networks = lab.docker("network", "ls", "--format", "{{.Driver}}")
                .lines()
                .sorted()
                .toList();
        assertEquals(List.of("host", "null"), networks);
        assertEquals(List.of(), lab.interfaces());
        assertEquals(
                List.of(), left.stream().filter(name -> name.startsWith("weir")).toList());
    }
}
