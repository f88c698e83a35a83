// SPDX-License-Identifier: Apache-2.0
package weir.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** What they do is tested with the commands that run them. */
class ExampleProgramsTest {
    private static final Path FOLDER = Path.of(System.getProperty("weir.root"), "examples", "programs");

    /** Of programs for XDP, and for VALE-BPF. */
    static Stream<Path> folders() {
        return Stream.of(FOLDER, FOLDER.resolveSibling("vale"));
    }

    @ParameterizedTest
    @MethodSource("folders")
    @RequiresFeature(Feature.CLANG)
    void objectsAreWhatClangMakesOfTheirSources(Path folder) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("./build.sh", "--check")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(5, TimeUnit.MINUTES));
        assertEquals(0, process.exitValue(), output);
    }

    @ParameterizedTest
    @MethodSource("folders")
    void readmeListsEveryProgram(Path folder) throws IOException {
        String readme = Files.readString(folder.resolve("README.md"));
        try (Stream<Path> files = Files.list(folder)) {
            List<String> sources = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".c"))
                    .toList();
            assertEquals(
                    List.of(),
                    sources.stream()
                            .filter(name -> !readme.contains("](" + name + ")"))
                            .toList());
        }
    }

    /** With {@code -Dweir.writeSamples=true} the files are made anew. */
    @Test
    void capturesAreThoseWrittenDownHere() throws IOException {
        assertCapture("sample.pcap", SampleCaptures.sample());
        assertCapture("headers.pcap", SampleCaptures.headers());
        assertCapture("two_ports.pcapng", SampleCaptures.twoPorts());
    }

    private static void assertCapture(String name, byte[] expected) throws IOException {
        Path file = FOLDER.resolve(name);
        if (Boolean.getBoolean("weir.writeSamples")) {
            Files.write(file, expected);
        }
        assertArrayEquals(expected, Files.readAllBytes(file), name);
    }
}
