// SPDX-License-Identifier: Apache-2.0
package weir.control.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

@RequiresFeature(Feature.LINUX)
@Timeout(180)
class ChildProcessTest {
    @Test
    void takesExitCodeAndBothOutputs() throws InterruptedException {
        var outcome = run("echo out; echo; echo err >&2; exit 3");

        assertEquals(3, outcome.exitCode());
        assertEquals("out", outcome.firstLine());
        assertEquals("err", outcome.lastLine());
    }

    @Test
    void takesAllOfALongOutput() throws InterruptedException {
        assertEquals(200_000, run("head -c 200000 /dev/zero").output().length());
    }

    @Test
    void stopsWhatTakesTooLong() throws InterruptedException {
        var outcome = ChildProcess.run(List.of("sleep", "60"), 50, TimeUnit.MILLISECONDS);

        assertEquals(ChildProcess.TIMED_OUT, outcome.exitCode());
        assertEquals("stopped after 50 milliseconds", outcome.lastLine());
    }

    @Test
    void doesNotWaitForWhatTheProgramLeavesBehind() throws InterruptedException {
        var outcome = run("echo early; sleep 90 &");

        assertEquals(0, outcome.exitCode());
        assertEquals("early", outcome.firstLine());
    }

    @Test
    void saysWhenThereIsNoSuchProgram() throws InterruptedException {
        var outcome = ChildProcess.run(List.of("/nonexistent/program"), 1, TimeUnit.SECONDS);

        assertEquals(127, outcome.exitCode());
        assertTrue(outcome.firstLine().contains("/nonexistent/program"), outcome::output);
    }

    @Test
    void stopsTheProgramWhenTheCallerIsInterrupted() {
        Thread.currentThread().interrupt();

        assertThrows(InterruptedException.class, () -> run("sleep 60"));
    }

    private static ChildProcess.Outcome run(String script) throws InterruptedException {
        return ChildProcess.run(List.of("sh", "-c", script), 60, TimeUnit.SECONDS);
    }
}
