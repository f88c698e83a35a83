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
import weir.ports.linux.LinuxException;

/** A program of {@code weir bench program}: those that VALE-BPF was measured with, and a parser. */
public enum BenchProgram {
    /** Sends everything to port 1. */
    NOLOGIC("nologic", MemoryBenchRun.Load.RECYCLED),
    /** VALE's bridge: learns, looks up, forwards. */
    L2_BRIDGE("l2_bridge", MemoryBenchRun.Load.RECYCLED),
    /** Counts by protocol, and drops. */
    PKT_COUNT("pkt_count", MemoryBenchRun.Load.GENERATED),
    /** Addresses and ports to an entry of an LRU map; then learning decides. */
    PARSER("flow_table", MemoryBenchRun.Load.RECYCLED),
    /** The first three as VALE-BPF has them. Its port 1 is the switch's second one. */
    VALE_NOLOGIC("vale/nologic", MemoryBenchRun.Load.RECYCLED_TO_SECOND_PORT),
    VALE_L2_BRIDGE("vale/l2_bridge", MemoryBenchRun.Load.RECYCLED),
    VALE_PKT_COUNT("vale/pkt_count", MemoryBenchRun.Load.GENERATED);

    private static final String VALE = "vale/";

    private final String object;
    private final MemoryBenchRun.Load load;

    BenchProgram(String object, MemoryBenchRun.Load load) {
        this.object = object;
        this.load = load;
    }

    /** As it stands in reports and on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it is for XDP, so that Linux can run it. */
    boolean isForLinux() {
        return !object.startsWith(VALE);
    }

    /** The same object in the running kernel; a bridge knows where {@link KernelBench#DESTINATION} is. */
    KernelObject loadIntoKernel() throws LinuxException {
        KernelObject loaded = KernelObject.load(DemoPrograms.object(object));
        boolean isReady = false;
        try {
            if (this == L2_BRIDGE) {
                DemoPrograms.Cell station = DemoPrograms.hashedStation(KernelBench.DESTINATION, 1);
                loaded.put("stations", station.key(), station.value());
            }
            isReady = true;
            return loaded;
        } finally {
            if (!isReady) {
                loaded.close();
            }
        }
    }

    /** A switch under load on which this program decides. */
    MemoryBenchRun start(MemoryBenchCase benchCase, SwitchConfig base, BenchEngine engine)
            throws PortException, LoadException, ProgramException {
        return new MemoryBenchRun(benchCase, base, run -> load(run, benchCase.ports(), engine), load);
    }

    /**
     * Loads the program anew on a switch on which it runs, with the maps as they are.
     *
     * @param ready called when it has been warmed up; it takes over when this returns
     */
    void exchange(MemoryBenchRun run, BenchEngine engine, Runnable ready) throws LoadException, ProgramException {
        ProgramOptions options = ProgramOptions.DEFAULT
                .withEngine(engine.engine())
                .withKeepMaps(true)
                .withRollback(Rollback.NEVER);
        run.underTest()
                .programs()
                .load(ProgramPlace.onSwitch(), DemoPrograms.object(object), options, program -> ready.run());
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
                            program -> fill(run, ports, program));
        } catch (LoadException | ProgramException e) {
            throw new IllegalStateException("program " + object + " of the benchmark: " + e.getMessage(), e);
        }
    }

    /** Bridges know what the switch has learned: the books are to show no flooded frame. */
    private void fill(MemoryBenchRun run, int ports, AttachedProgram program) {
        switch (this) {
            case L2_BRIDGE -> {
                DemoPrograms.addPorts(
                        program, IntStream.rangeClosed(1, ports).boxed().toList());
                run.forEachStation((mac, port) -> DemoPrograms.addHashedStation(program, mac, port));
            }
            case VALE_L2_BRIDGE ->
                run.forEachStation((mac, port) -> DemoPrograms.addHashedStation(program, mac, ValePorts.indexOf(port)));
            case NOLOGIC, PKT_COUNT, PARSER, VALE_NOLOGIC, VALE_PKT_COUNT -> {
                // They have to know nothing.
            }
        }
    }
}
