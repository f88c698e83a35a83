// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import weir.ebpf.LoadException;
import weir.ebpf.kernel.KernelProgram;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** What was different from the kernel once is not different any more; needs no kernel. */
class ReplayTest {
    static List<Path> cases() throws IOException, URISyntaxException {
        Path folder = Path.of(ReplayTest.class.getResource("cases").toURI());
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void engineGivesWhatTheKernelGave(Path file) throws IOException, LoadException, OverBudget {
        ScenarioFile.Known known = ScenarioFile.read(Files.readString(file));
        assertEquals("", known.outcome().difference(EnginePlayer.play(known.scenario()), "kernel", "engine"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void fileIsWrittenAsItIsRead(Path file) throws IOException {
        ScenarioFile.Known known = ScenarioFile.read(Files.readString(file));
        String again = ScenarioText.of("", known.scenario(), known.outcome());
        assertEquals(known, ScenarioFile.read(again));
    }

    @ParameterizedTest
    @MethodSource("cases")
    @RequiresFeature(Feature.BPF_PROGRAMS)
    void kernelStillGivesIt(Path file) throws IOException, KernelProgram.Rejected {
        ScenarioFile.Known known = ScenarioFile.read(Files.readString(file));
        try (Kernel kernel = new Kernel()) {
            Outcome now = kernel.play(known.scenario(), true);
            assertEquals("", known.outcome().difference(now, "then", "now"));
        }
    }
}
