// SPDX-License-Identifier: Apache-2.0
package weir.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ExamplesTest {
    private static final Path ROOT = Path.of(System.getProperty("weir.root"));

    @TempDir
    private Path scratch;

    /** Starts an example as its first comment says, and returns what it printed. */
    private List<String> run(String file) throws IOException, InterruptedException {
        Path output = scratch.resolve("output");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "examples/" + file)
                .directory(ROOT.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(150, TimeUnit.SECONDS);
        process.destroyForcibly();
        List<String> lines = Files.readAllLines(output, StandardCharsets.UTF_8);
        assertTrue(ended, file + " does not end; so far " + lines);
        assertEquals(0, process.exitValue(), file + " printed " + lines);
        return lines;
    }

    @Test
    void memoryPortsCarryTenFramesFromOneThreadToAnother() throws Exception {
        List<String> expected = new ArrayList<>(IntStream.rangeClosed(1, 10)
                .mapToObj(i -> "bob received frame " + i)
                .toList());
        expected.add("alice: 10 frames in, 0 frames out");
        expected.add("bob: 0 frames in, 10 frames out");
        assertEquals(expected, run("MemoryPorts.java"));
    }

    @Test
    void everyExampleIsRunHere() throws IOException {
        try (Stream<Path> files = Files.list(ROOT.resolve("examples"))) {
            assertEquals(
                    List.of("MemoryPorts.java"),
                    files.filter(Files::isRegularFile)
                            .map(file -> file.getFileName().toString())
                            .sorted()
                            .toList());
        }
    }
}
