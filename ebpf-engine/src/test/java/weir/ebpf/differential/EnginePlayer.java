// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.differential;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import weir.ebpf.DeterministicHost;
import weir.ebpf.EbpfProgram;
import weir.ebpf.Host;
import weir.ebpf.LoadException;
import weir.ebpf.LoadOptions;
import weir.ebpf.LoadedObject;
import weir.ebpf.TestRun;
import weir.ebpf.jit.JitPrograms;
import weir.ebpf.kernel.EmptyNetwork;
import weir.ebpf.kernel.PerfRing;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.Errno;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.map.OwnRing;
import weir.ebpf.map.RedirectMap;
import weir.ebpf.memory.Mem;
import weir.ebpf.program.Fault;
import weir.ebpf.program.FaultKind;
import weir.ebpf.program.ProgramFacts;
import weir.ebpf.program.ProgramSpec;

/** Plays scenarios in the engine, with one CPU, and a network like {@link EmptyNetwork}. */
final class EnginePlayer {
    private static final int LOOPBACK = 1;
    /** Offset in {@code struct bpf_fib_lookup}, and {@code BPF_FIB_LKUP_RET_NOT_FWDED}. */
    private static final int FIB_IFINDEX = 8;

    private static final int FIB_NOT_FORWARDED = 4;

    private EnginePlayer() {}

    /**
     * Loads, runs under the interpreter, reads, and frees all.
     *
     * @throws OverBudget when the programs are nothing to compare
     */
    static Outcome play(Scenario scenario) throws LoadException, OverBudget {
        DeterministicHost host = emptyNetwork();
        try (LoadedObject loaded = load(scenario, host)) {
            return play(scenario, loaded, host, name -> loaded.program(name).orElseThrow());
        }
    }

    /**
     * The same compiled, with class files that are proved to be valid.
     *
     * @param facts that the compiler is given about a program
     */
    static Outcome playCompiled(Scenario scenario, boolean isChecked, Function<ProgramSpec, ProgramFacts> facts)
            throws LoadException, OverBudget {
        return playCompiled(scenario, (loaded, host) -> JitPrograms.of(loaded, host, isChecked, facts));
    }

    /** How the programs of a loaded object are compiled. */
    @FunctionalInterface
    interface Compilation {
        JitPrograms of(LoadedObject loaded, Host host);
    }

    /** The same compiled in some way. */
    static Outcome playCompiled(Scenario scenario, Compilation compilation) throws LoadException, OverBudget {
        DeterministicHost host = emptyNetwork();
        try (LoadedObject loaded = load(scenario, host);
                JitPrograms programs = compilation.of(loaded, host)) {
            return play(scenario, loaded, host, programs::program);
        }
    }

    /** The same compiled with all checks, and functions divided into the shortest parts. */
    static Outcome playDivided(Scenario scenario, Function<ProgramSpec, ProgramFacts> facts)
            throws LoadException, OverBudget {
        DeterministicHost host = emptyNetwork();
        try (LoadedObject loaded = load(scenario, host);
                JitPrograms programs = JitPrograms.divided(loaded, host, facts)) {
            return play(scenario, loaded, host, programs::program);
        }
    }

    private static LoadedObject load(Scenario scenario, DeterministicHost host) throws LoadException {
        return LoadedObject.of(scenario.programs(), scenario.maps(), LoadOptions.on(host));
    }

    private static Outcome play(
            Scenario scenario, LoadedObject loaded, DeterministicHost host, Function<String, EbpfProgram> programs)
            throws OverBudget {
        for (Scenario.Preset preset : scenario.presets()) {
            int result = put(map(loaded, scenario.maps().get(preset.map())), preset);
            if (result != 0) {
                throw new IllegalStateException(preset + ": errno " + -result);
            }
        }
        EbpfProgram main = programs.apply(scenario.programs().getFirst().name());
        List<Outcome.Run> runs = new ArrayList<>();
        List<String> records = new ArrayList<>();
        for (int i = 0; i < scenario.packets().size(); i++) {
            runs.add(run(main, scenario.packets().get(i)));
            if (Outcome.isLookedAt(i, scenario.packets().size())) {
                take(loaded, scenario, host, records);
            }
        }
        SortedMap<String, SortedMap<String, String>> contents = new TreeMap<>();
        for (MapSpec spec : scenario.maps()) {
            if (Outcome.isCompared(spec)) {
                contents.put(
                        spec.name(), Outcome.contents(spec, map(loaded, spec).control(), 0));
            }
        }
        return new Outcome(runs, records, contents);
    }

    private static DeterministicHost emptyNetwork() {
        DeterministicHost host = new DeterministicHost(1);
        host.port(LOOPBACK, EmptyNetwork.MTU_BYTES);
        host.fib(parameters -> Mem.getInt(parameters + FIB_IFINDEX) == LOOPBACK ? FIB_NOT_FORWARDED : -Errno.ENODEV);
        return host;
    }

    private static int put(EbpfMap map, Scenario.Preset preset) {
        return map instanceof RedirectMap targets && map.spec().type() == MapType.XSKMAP
                ? targets.set(preset.number(), 1, null)
                : map.control().update(preset.key().toArray(), preset.value().toArray(), 0);
    }

    private static void take(LoadedObject loaded, Scenario scenario, DeterministicHost host, List<String> records) {
        for (MapSpec spec : scenario.maps()) {
            switch (spec.type()) {
                case RINGBUF ->
                    OwnRing.take(map(loaded, spec)).forEach(record -> records.add(Outcome.taken(spec, record)));
                case PERF_EVENT_ARRAY ->
                    host.takeEvents().forEach(event -> records.add(Outcome.taken(spec, sample(event))));
                default -> {}
            }
        }
    }

    private static Bytes sample(DeterministicHost.Event event) {
        byte[] data = event.data().toArray();
        byte[] frame = event.frame().toArray();
        byte[] all = Arrays.copyOf(data, data.length + frame.length);
        System.arraycopy(frame, 0, all, data.length, frame.length);
        return PerfRing.padded(Bytes.of(all));
    }

    private static Outcome.Run run(EbpfProgram program, Scenario.Packet packet) throws OverBudget {
        TestRun.Result result = new TestRun(packet.data(), packet.metadataBytes(), LOOPBACK, 0, 1, 0).run(program);
        Fault fault = result.fault();
        if (fault != null && fault.kind() == FaultKind.BUDGET) {
            throw new OverBudget(fault.text());
        }
        String failure = fault == null ? "" : fault.text();
        return new Outcome.Run(failure, result.action(), result.data(), result.metadataBytes());
    }

    private static EbpfMap map(LoadedObject loaded, MapSpec spec) {
        return loaded.map(spec.name()).orElseThrow();
    }
}
