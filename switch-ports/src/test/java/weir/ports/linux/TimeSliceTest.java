// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weir.ports.testing.Netns;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Slices as the kernel tells of them, of threads that end with their test. */
@RequiresFeature(Feature.LINUX)
@Timeout(300)
class TimeSliceTest {
    private static final int SELF = 0;
    private static final int NICE_FIELD = 16; // of what stands behind the name, from 0

    private static void inAThread(Callable<Void> work) throws Exception {
        FutureTask<Void> task = new FutureTask<>(work);
        Thread.ofPlatform().start(task);
        task.get();
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

    /** Kernels before 6.12 tell 0 of every thread, and go on to do so. */
    @Test
    void becomesTheShortestForTheCallingThreadOnly() throws Exception {
        inAThread(() -> {
            int another = (int) ProcessHandle.current().pid(); // the JVM's first thread, which waits for its end
            long before = TimeSlice.nanosOf(SELF);
            long ofAnother = TimeSlice.nanosOf(another);
            Netns.exec("renice", "-n", "3", "-p", thread());
            assertEquals(3, nice());

            TimeSlice.shortenOfCurrentThread();

            assertEquals(before == 0 ? 0 : TimeSlice.SHORTEST_NANOS, TimeSlice.nanosOf(Integer.parseInt(thread())));
            assertEquals(3, nice(), "as it was");
            assertEquals(ofAnother, TimeSlice.nanosOf(another));
            return null;
        });
    }

    @Test
    @RequiresFeature(Feature.ROOT)
    void leavesARealTimeThreadAsItIs() throws Exception {
        inAThread(() -> {
            Netns.exec("chrt", "--fifo", "-p", "1", thread());

            TimeSlice.shortenOfCurrentThread();

            assertTrue(Netns.exec("chrt", "-p", thread()).contains("SCHED_FIFO"));
            Netns.exec("chrt", "--other", "-p", "0", thread());
            return null;
        });
    }

    @Test
    void tellsOfNoThreadThatIsNotThere() {
        assertThrows(LinuxException.class, () -> TimeSlice.nanosOf(Integer.MAX_VALUE));
    }
}
