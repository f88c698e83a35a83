// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.util.Locale;
import java.util.stream.IntStream;
import weir.control.demo.DemoPrograms;
import weir.core.SwitchConfig;
import weir.core.port.PortException;
import weir.core.program.AttachedProgram;
import weir.core.program.ProgramException;
import weir.core.program.ProgramOptions;
import weir.core.program.ProgramPlace;
import weir.core.program.Rollback;
import weir.core.program.ValePorts;
import weir.ebpf.LoadException;

/** A program of {@code weir bench program}: those that VALE-BPF was measured with, and a parser. */
public enum BenchProgram {
    /** Sends everything to port 1. */
    NOLOGIC("nologic", MemoryBenchRun.Load.RECYCLED, BenchProgram::leaveEmpty),
    /** VALE's bridge: learns, looks up, forwards. */
    L2_BRIDGE("l2_bridge", MemoryBenchRun.Load.RECYCLED, BenchProgram::fillBridge),
    /** Counts by protocol, and drops. */
    PKT_COUNT("pkt_count", MemoryBenchRun.Load.GENERATED, BenchProgram::leaveEmpty),
    /** Addresses and ports to an entry of an LRU map; then learning decides. */
    PARSER("flow_table", MemoryBenchRun.Load.RECYCLED, BenchProgram::leaveEmpty),
    /** The first three as VALE-BPF has them. Its port 1 is the switch's second one. */
    VALE_NOLOGIC("vale/nologic", MemoryBenchRun.Load.RECYCLED_TO_SECOND_PORT, BenchProgram::leaveEmpty),
    VALE_L2_BRIDGE("vale/l2_bridge", MemoryBenchRun.Load.RECYCLED, BenchProgram::fillValeBridge),
    VALE_PKT_COUNT("vale/pkt_count", MemoryBenchRun.Load.GENERATED, BenchProgram::leaveEmpty);

    private final String object;
    private final MemoryBenchRun.Load load;
    private final Filling filling;

    /** Puts into a program's maps what it has to know. */
    @FunctionalInterface
    private interface Filling {
        void fill(MemoryBenchRun run, int ports, AttachedProgram program);
    }

    BenchProgram(String object, MemoryBenchRun.Load load, Filling filling) {
        this.object = object;
        this.load = load;
        this.filling = filling;
    }

    /** As it stands in reports and on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** A switch under load on which this program decides. */
    MemoryBenchRun start(MemoryBenchCase benchCase, SwitchConfig base, BenchEngine engine)
            throws PortException, LoadException, ProgramException {
        return new MemoryBenchRun(benchCase, base, run -> load(run, benchCase.ports(), engine), load);
    }

    private void load(MemoryBenchRun run, int ports, BenchEngine engine) {
        ProgramOptions options =
                ProgramOptions.DEFAULT.withEngine(engine.engine()).withRollback(Rollback.NEVER);
        try {
            run.underTest()
                    .programs()
                    .load(
                            ProgramPlace.onSwitch(),
                            DemoPrograms.object(object),
                            options,
                            program -> filling.fill(run, ports, program));
        } catch (LoadException | ProgramException e) {
            throw new IllegalStateException("program " + object + " of the benchmark: " + e.getMessage(), e);
        }
    }

    private static void leaveEmpty(MemoryBenchRun run, int ports, AttachedProgram program) {
        // There is nothing that it has to know.
    }

    /** The bridge knows what the switch has learned: the books are to show no flooded frame. */
    private static void fillBridge(MemoryBenchRun run, int ports, AttachedProgram program) {
        DemoPrograms.addPorts(program, IntStream.rangeClosed(1, ports).boxed().toList());
        run.forEachStation((mac, port) -> DemoPrograms.addHashedStation(program, mac, port));
    }

    private static void fillValeBridge(MemoryBenchRun run, int ports, AttachedProgram program) {
        run.forEachStation((mac, port) -> DemoPrograms.addHashedStation(program, mac, ValePorts.indexOf(port)));
    }
}
