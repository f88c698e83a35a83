// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Signals to a process of its own. */
@RequiresFeature(Feature.LINUX)
@Timeout(300)
class StopSignalTest {
    private static final int CODE = 7;

    /** A command that is in the foreground until it is asked to end, and then finishes or does not. */
    static final class Command {
        private Command() {}

        public static void main(String[] arguments) throws InterruptedException {
            boolean finishes = Boolean.parseBoolean(arguments[0]);
            try (StopSignal signal = new StopSignal(finishes ? 120 : 1)) {
                signal.exitWith(CODE);
                System.out.println("ready");
                signal.await();
                if (!finishes) {
                    Thread.sleep(TimeUnit.MINUTES.toMillis(5));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "true, 7, ''",
        "false, 1, 'weir: not finished 1 s after the signal, and ended as it was'",
    })
    void aCommandThatDoesNotFinishIsEndedAndToldSo(boolean finishes, int exitCode, String cause) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Command.class.getName(),
                        Boolean.toString(finishes))
                .start();
        try (var out = process.inputReader();
                var err = process.errorReader()) {
            assertEquals("ready", out.readLine());
            process.toHandle().destroy();
            String told = String.join("\n", err.lines().toList());
            assertEquals(exitCode, process.waitFor());
            assertEquals(cause, told.lines().findFirst().orElse(""));
            assertEquals(!cause.isEmpty(), told.contains("\nhint: "));
        } finally {
            assertTrue(process.destroyForcibly().waitFor(1, TimeUnit.MINUTES));
        }
    }
}
