// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** What a port spec names and the machine does not have: exit code 3, one line of cause, one hint. */
@RequiresFeature(Feature.LINUX)
@Timeout(180)
class PortNotFoundTest {
    @TempDir
    private Path folder;

    /** Specs, with {@code @DIR} for an empty folder and {@code @FILE} for a file that is none of these things. */
    static Stream<Arguments> specs() {
        return Stream.of(
                Arguments.of("packet:weir-none", 3, "there is no interface weir-none"),
                Arguments.of("xdp:weir-none", 3, "there is no interface weir-none"),
                Arguments.of("tap:t1?netns=@DIR/none", 3, "cannot open network namespace: open @DIR/none: ENOENT"),
                Arguments.of("packet:t1?netns=@DIR/none", 3, "cannot open network namespace: open @DIR/none: ENOENT"),
                Arguments.of("xdp:t1?netns=@FILE/none", 3, "cannot open network namespace: open @FILE/none: ENOTDIR"),
                Arguments.of("tap:t1?netns=@FILE", 1, "\"@FILE\" is not a network namespace"),
                Arguments.of("pcap:@DIR/none", 3, "cannot replay \"@DIR/none\": there is no such file or folder"),
                Arguments.of("pcap:@FILE", 1, "cannot replay \"@FILE\": byte 0: neither pcap nor pcapng"),
                Arguments.of("pcap:,@DIR/no/out", 3, "cannot write \"@DIR/no/out\": there is no such file or folder"),
                Arguments.of("unix:@DIR/none?role=connect", 3, "there is no socket \"@DIR/none\" to connect to"),
                Arguments.of("unix:@DIR/no/s", 3, "cannot make socket \"@DIR/no/s\": bind @DIR/no/s: ENOENT"),
                Arguments.of("unix:@FILE", 1, "\"@FILE\" is there and is no socket"),
                Arguments.of("shm:a?dir=@DIR/no", 3, "cannot make socket @DIR/no/a.sock: bind @DIR/no/a.sock: ENOENT"),
                Arguments.of("unix:@DIR/none?role=dial", 2, "role \"dial\" in "));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("specs")
    void isToldByTheExitCode(String spec, int exitCode, String cause) throws Exception {
        String text = named(spec);
        for (List<String> command : List.of(
                List.of("run", "memory:m", text),
                List.of("sink", text, "--seconds", "0.1"),
                List.of("gen", text, "--count", "1", "--wait", "0"))) {
            CommandRun run = CommandRun.of(command.toArray(String[]::new));
            List<String> lines = run.err().lines().toList();
            assertEquals(exitCode, run.exitCode(), command + ": " + run.err());
            assertEquals(2, lines.size(), run.err());
            assertTrue(lines.getFirst().startsWith("weir: " + named(cause)), run.err());
            assertTrue(lines.getLast().startsWith("hint: "), run.err());
        }
    }

    private String named(String text) throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "nothing of the kind");
        return text.replace("@DIR", folder.toString()).replace("@FILE", file.toString());
    }
}
