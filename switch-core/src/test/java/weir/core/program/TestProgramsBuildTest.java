// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

@RequiresFeature(Feature.CLANG)
class TestProgramsBuildTest {
    @Test
    void objectsAreWhatClangMakesOfTheirSources() throws IOException, InterruptedException {
        Process process = new ProcessBuilder("./build.sh", "--check")
                .directory(Steered.folder().toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(2, TimeUnit.MINUTES));
        assertEquals(0, process.exitValue(), output);
    }
}
