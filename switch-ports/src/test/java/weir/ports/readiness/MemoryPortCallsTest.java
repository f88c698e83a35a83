// SPDX-License-Identifier: Apache-2.0
package weir.ports.readiness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.core.worker.WaitMode;
import weir.ports.testing.ThreadTrace;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/**
 * System calls of a thread that uses memory ports, as strace sees them in a process of its own.
 *
 * <p>A call that Weir makes shows in most windows, since a window is some sixty bursts, with idle pauses; not in one
 * whose frames a worker moves without a pause, because the machine had not let it run before. The JVM calls for itself
 * now and then, when it wants something compiled or stops all threads; that spoils the window in which it falls. So half
 * of the windows must be without any call.
 */
@RequiresFeature({Feature.LINUX, Feature.STRACE})
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class MemoryPortCallsTest {
    private static final int WINDOWS = 10;
    private static final int FRAMES_A_WINDOW = 1_000;

    @TempDir
    private Path scratch;

    @Test
    void sendingAndReceivingNeedNoSystemCallWhileTheSwitchIsAwake() throws Exception {
        List<List<String>> windows = callsByWindow(WaitMode.BUSY);

        long silent = windows.stream().filter(List::isEmpty).count();
        assertTrue(silent >= WINDOWS / 2, () -> "calls by window: " + windows);
    }

    /** Shows that the other test would see a call. */
    @Test
    void wakingASleepingSwitchIsSeenInMostWindows() throws Exception {
        List<List<String>> windows = callsByWindow(WaitMode.BLOCKING);

        long seen = windows.stream()
                .filter(calls -> calls.stream().anyMatch(call -> call.startsWith("write(")))
                .count();
        assertTrue(seen > WINDOWS / 2, () -> "calls by window: " + windows);
    }

    private List<List<String>> callsByWindow(WaitMode mode) throws IOException, InterruptedException {
        Process user = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx256m",
                        // Each method is compiled once and soon, so few requests to compile fall into the windows.
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MemoryPortUser.class.getName(),
                        mode.name(),
                        Integer.toString(WINDOWS),
                        Integer.toString(FRAMES_A_WINDOW))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (ThreadTrace trace = ThreadTrace.attach(user.inputReader().readLine(), scratch.resolve(mode.name()))) {
            user.getOutputStream().write('\n');
            user.getOutputStream().close();
            List<List<String>> windows = split(trace.awaitEnd());
            assertEquals(0, user.waitFor());
            return windows;
        } finally {
            user.destroyForcibly();
        }
    }

    private static List<List<String>> split(List<String> calls) {
        List<List<String>> windows = new ArrayList<>();
        boolean inside = false;
        for (String call : calls) {
            if (call.contains(MemoryPortUser.BEGIN)) {
                windows.add(new ArrayList<>());
                inside = true;
            } else if (call.contains(MemoryPortUser.END)) {
                inside = false;
            } else if (inside) {
                windows.getLast().add(call);
            }
        }
        assertEquals(WINDOWS, windows.size(), "windows seen");
        return windows;
    }
}
