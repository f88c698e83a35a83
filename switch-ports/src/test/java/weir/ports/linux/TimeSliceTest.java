// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Slices as the kernel tells of them, of threads that end with their test. */
@RequiresFeature(Feature.LINUX)
@Timeout(300)
class TimeSliceTest {
    private static final int SELF = 0;
    private static final int NICE_FIELD = 16; // of what stands behind the name, from 0

    private static void inAThread(Executable work) throws InterruptedException {
        AtomicReference<Throwable> failed = new AtomicReference<>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                work.execute();
            } catch (Throwable e) {
                failed.set(e);
            }
        });
        thread.join();
        assertNull(failed.get(), () -> String.valueOf(failed.get()));
    }

    private static String thread() throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/thread-self"))
                .getFileName()
                .toString();
    }

    private static int nice() throws IOException {
        String stat = Files.readString(Path.of("/proc/thread-self/stat"));
        return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[NICE_FIELD]);
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertTrue(process.waitFor(1, TimeUnit.MINUTES));
        assertEquals(0, process.exitValue(), said);
        return said;
    }

    /** Kernels before 6.12 tell 0 of every thread, and go on to do so. */
    @Test
    void becomesTheShortestForTheCallingThreadOnly() throws Exception {
        inAThread(() -> {
            int another = (int) ProcessHandle.current().pid(); // the JVM's first thread, which waits for its end
            long before = TimeSlice.nanosOf(SELF);
            long ofAnother = TimeSlice.nanosOf(another);
            run("renice", "-n", "3", "-p", thread());
            assertEquals(3, nice());

            TimeSlice.shortenOfCurrentThread();

            assertEquals(before == 0 ? 0 : TimeSlice.SHORTEST_NANOS, TimeSlice.nanosOf(Integer.parseInt(thread())));
            assertEquals(3, nice(), "as it was");
            assertEquals(ofAnother, TimeSlice.nanosOf(another));
        });
    }

    @Test
    @RequiresFeature(Feature.ROOT)
    void leavesARealTimeThreadAsItIs() throws Exception {
        inAThread(() -> {
            run("chrt", "--fifo", "-p", "1", thread());

            TimeSlice.shortenOfCurrentThread();

            assertTrue(run("chrt", "-p", thread()).contains("SCHED_FIFO"));
            run("chrt", "--other", "-p", "0", thread());
        });
    }

    @Test
    void tellsOfNoThreadThatIsNotThere() {
        assertThrows(LinuxException.class, () -> TimeSlice.nanosOf(Integer.MAX_VALUE));
    }
}
