// SPDX-License-Identifier: Apache-2.0
package weir.control.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weir.core.Switch;
import weir.core.testing.Law;
import weir.ports.linux.LinuxException;
import weir.ports.linux.TimeSlice;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

@RequiresFeature(Feature.LINUX)
@Timeout(300)
class HostConfigTest {
    private static final String SWITCH = "slices";
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** Kernels before 6.12 tell 0 of every thread. */
    @Test
    void workersHaveTheShortestTimeSlice() throws Exception {
        long usual = TimeSlice.nanosOf((int) ProcessHandle.current().pid());
        long wanted = usual == 0 ? 0 : TimeSlice.SHORTEST_NANOS;
        try (Switch _ = Switch.create(HostConfig.named(SWITCH).withWorkers(2))) {
            Law.eventually(
                    "both workers have it",
                    PATIENCE_NANOS,
                    () -> slicesOfWorkers().equals(List.of(wanted, wanted)));
        }
    }

    private static List<Long> slicesOfWorkers() throws IOException, LinuxException {
        List<Long> slices = new ArrayList<>();
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            for (Path task : tasks.toList()) {
                if (nameOf(task).matches("weir-" + SWITCH + "-[0-9]")) {
                    slices.add(TimeSlice.nanosOf(
                            Integer.parseInt(task.getFileName().toString())));
                }
            }
        }
        return slices;
    }

    private static String nameOf(Path task) {
        try {
            return Files.readString(task.resolve("comm")).strip();
        } catch (IOException e) {
            return ""; // it has ended
        }
    }
}
