// SPDX-License-Identifier: Apache-2.0
package weir.control.demo;

import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import weir.control.bench.MemoryBenchCase;
import weir.control.bench.MemoryBenchRun;
import weir.control.report.SwitchReport;
import weir.control.run.HostConfig;
import weir.core.Switch;
import weir.core.port.PortException;
import weir.core.program.AttachedProgram;
import weir.core.program.ProgramException;
import weir.core.program.ProgramOptions;
import weir.core.program.ProgramPlace;
import weir.ebpf.LoadException;

/** A switch between in-process ports under full load: it learns first, then an eBPF program decides. */
public final class MemoryDemo {
    private static final MemoryBenchCase LOAD = new MemoryBenchCase(8, 64, 64, 0);

    /** What happens, for people. */
    public static final String DESCRIPTION = LOAD.ports() + " in-process ports with " + LOAD.macs() / LOAD.ports()
            + " stations each; every frame goes to a random station of another port.\n"
            + "Each station's first frame is to itself: the switch learns the address and drops the frame (hairpin).\n"
            + "Halfway, while frames flow, an eBPF program takes over: examples/programs/" + DemoPrograms.L2_BRIDGE
            + ".c, VALE's learning bridge.";

    private final MemoryBenchRun run;
    private final Listener listener;
    private int seconds;

    private MemoryDemo(MemoryBenchRun run, Listener listener) {
        this.run = run;
        this.listener = listener;
    }

    /** Hears of what happens. */
    public interface Listener {
        /** Another second passed. */
        void second(int number, double mpps);

        /** The program has taken over. */
        void loaded(String program, double seconds);
    }

    /**
     * Runs it for a time, half of it with the program; loading that comes on top.
     *
     * @throws LoadException when the engine has lost its own example
     */
    public static MemoryDemoReport run(double seconds, Listener listener)
            throws PortException, InterruptedException, LoadException, ProgramException {
        try (MemoryBenchRun run = new MemoryBenchRun(LOAD, HostConfig.forMemoryPorts("demo"))) {
            return new MemoryDemo(run, listener).run(seconds);
        }
    }

    private MemoryDemoReport run(double duration) throws InterruptedException, LoadException, ProgramException {
        Switch sw = run.underTest();
        MemoryDemoReport.Phase learning = phase("learning", duration / 2);
        long start = System.nanoTime();
        AttachedProgram bridge = sw.programs()
                .load(
                        ProgramPlace.onSwitch(),
                        DemoPrograms.object(DemoPrograms.L2_BRIDGE),
                        ProgramOptions.DEFAULT,
                        this::tellStations);
        double loadSeconds = (System.nanoTime() - start) / 1e9;
        listener.loaded(bridge.spec().name(), loadSeconds);
        MemoryDemoReport.Phase program = phase(bridge.spec().name(), duration / 2);
        run.stopAndCheck();
        return new MemoryDemoReport(
                LOAD.frameBytes(),
                learning,
                loadSeconds,
                program,
                program.mpps() / learning.mpps(),
                SwitchReport.of(sw));
    }

    /** The bridge starts with what the switch had learned, else it would flood the first frame to each station. */
    private void tellStations(AttachedProgram bridge) {
        DemoPrograms.addPorts(
                bridge, IntStream.rangeClosed(1, LOAD.ports()).boxed().toList());
        run.forEachStation((mac, port) -> DemoPrograms.addHashedStation(bridge, mac, port));
    }

    private MemoryDemoReport.Phase phase(String decidedBy, double duration) throws InterruptedException {
        long left = (long) (duration * TimeUnit.SECONDS.toNanos(1));
        MemoryBenchRun.Result all = new MemoryBenchRun.Result(0, 0);
        MemoryBenchRun.Result warm = all;
        while (left > 0) {
            MemoryBenchRun.Result slice = run.measureMoving(Math.min(left, TimeUnit.SECONDS.toNanos(1)));
            listener.second(++seconds, slice.mpps());
            left -= slice.nanos();
            warm = all.nanos() == 0 ? warm : warm.plus(slice);
            all = all.plus(slice);
        }
        MemoryBenchRun.Result steady = warm.nanos() == 0 ? all : warm;
        return new MemoryDemoReport.Phase(
                decidedBy, all.frames(), all.nanos() / 1e9, steady.mpps(), steady.nanosPerFrame());
    }
}
