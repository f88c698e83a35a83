// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import weir.control.machine.MachineFacts;
import weir.control.run.HostConfig;
import weir.core.SwitchConfig;
import weir.core.port.PortException;

/** {@code weir bench memory}, without its command line. */
public final class MemoryBench {
    private static final String SWITCH_NAME = "bench";

    private MemoryBench() {}

    /**
     * Measures all rows.
     *
     * @param settings with the CPU to run on, or -1 where this operating system cannot pin
     * @param progress hears of each step
     * @throws TwinFailure when a C program is there but does not work, or is required and not there
     */
    public static MemoryBenchReport run(
            MemoryBenchMatrix matrix, MemoryBenchSettings settings, TwinChoice choice, Consumer<String> progress)
            throws TwinFailure, PortException, InterruptedException {
        MachineFacts machine = MachineFacts.now();
        boolean pinned = settings.cpu() >= 0;
        progress.accept("building the C programs");
        try (CTwins twins = CTwins.prepare(pinned ? choice : TwinChoice.OFF)) {
            SwitchConfig base = pinned
                    ? HostConfig.forMemoryPorts(SWITCH_NAME, settings.cpu())
                    : HostConfig.forMemoryPorts(SWITCH_NAME);
            PairedMeasurement measurement = new PairedMeasurement(settings, base, twins.all(), progress);
            List<MemoryBenchRow> rows = new ArrayList<>();
            for (MemoryBenchCase benchCase : matrix.cases()) {
                String label =
                        "row " + (rows.size() + 1) + " of " + matrix.cases().size();
                rows.add(measurement.measure(benchCase, label));
            }
            return new MemoryBenchReport("memory", machine, settings, twins.state(), rows, matrix.skipped());
        }
    }
}
