// SPDX-License-Identifier: Apache-2.0
package weir.control.demo;

import java.util.concurrent.TimeUnit;
import weir.control.bench.MemoryBenchCase;
import weir.control.bench.MemoryBenchRun;
import weir.control.report.SwitchReport;
import weir.control.run.HostConfig;
import weir.core.port.PortException;

/** A learning switch between in-process ports under full load. */
public final class MemoryDemo {
    private static final MemoryBenchCase LOAD = new MemoryBenchCase(8, 64, 64, 0);

    /** What happens, for people. */
    public static final String DESCRIPTION = LOAD.ports() + " in-process ports with " + LOAD.macs() / LOAD.ports()
            + " stations each; every frame goes to a random station of another port.\n"
            + "Each station's first frame is to itself: the switch learns the address and drops the frame (hairpin).";

    private MemoryDemo() {}

    /** Hears of each second that passed. */
    @FunctionalInterface
    public interface Listener {
        void second(int number, double mpps);
    }

    /** Runs it for a time. */
    public static MemoryDemoReport run(double seconds, Listener listener) throws PortException, InterruptedException {
        try (MemoryBenchRun run = new MemoryBenchRun(LOAD, HostConfig.forMemoryPorts("demo"))) {
            long left = (long) (seconds * TimeUnit.SECONDS.toNanos(1));
            long frames = 0;
            long nanos = 0;
            for (int second = 1; left > 0; second++) {
                MemoryBenchRun.Result slice = run.measure(Math.min(left, TimeUnit.SECONDS.toNanos(1)));
                listener.second(second, slice.mpps());
                left -= slice.nanos();
                frames += slice.frames();
                nanos += slice.nanos();
            }
            run.stopAndCheck();
            SwitchReport result = SwitchReport.of(run.underTest());
            return new MemoryDemoReport(
                    frames,
                    LOAD.frameBytes(),
                    nanos / 1e9,
                    frames * 1e3 / nanos,
                    (double) nanos / Math.max(1, frames),
                    result);
        }
    }
}
