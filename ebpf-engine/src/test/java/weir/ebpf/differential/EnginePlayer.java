// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.differential;

import java.util.ArrayList;
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
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.ProgramFacts;
import weir.ebpf.program.ProgramSpec;

/** Plays scenarios in the engine, with one CPU. */
final class EnginePlayer {
    private EnginePlayer() {}

    /** Loads, runs under the interpreter, reads, and frees all. */
    static Outcome play(Scenario scenario) throws LoadException {
        Host host = new DeterministicHost(1);
        try (LoadedObject loaded = load(scenario, host)) {
            return play(scenario, loaded, name -> loaded.program(name).orElseThrow());
        }
    }

    /**
     * The same compiled.
     *
     * @param facts that the compiler is given about a program
     */
    static Outcome playCompiled(Scenario scenario, boolean isChecked, Function<ProgramSpec, ProgramFacts> facts)
            throws LoadException {
        Host host = new DeterministicHost(1);
        try (LoadedObject loaded = load(scenario, host);
                JitPrograms programs = JitPrograms.of(loaded, host, isChecked, facts)) {
            return play(scenario, loaded, programs::program);
        }
    }

    private static LoadedObject load(Scenario scenario, Host host) throws LoadException {
        return LoadedObject.of(scenario.programs(), scenario.maps(), LoadOptions.on(host));
    }

    private static Outcome play(Scenario scenario, LoadedObject loaded, Function<String, EbpfProgram> programs) {
        for (Scenario.Preset preset : scenario.presets()) {
            EbpfMap map = map(loaded, scenario.maps().get(preset.map()));
            int result =
                    map.control().update(preset.key().toArray(), preset.value().toArray(), 0);
            if (result != 0) {
                throw new IllegalStateException(preset + ": errno " + -result);
            }
        }
        EbpfProgram main = programs.apply(scenario.programs().getFirst().name());
        List<Outcome.Run> runs = new ArrayList<>();
        for (Scenario.Packet packet : scenario.packets()) {
            runs.add(run(main, packet));
        }
        SortedMap<String, SortedMap<String, String>> contents = new TreeMap<>();
        for (MapSpec spec : scenario.maps()) {
            if (Outcome.isCompared(spec)) {
                contents.put(
                        spec.name(), Outcome.contents(spec, map(loaded, spec).control(), 0));
            }
        }
        return new Outcome(runs, contents);
    }

    private static Outcome.Run run(EbpfProgram program, Scenario.Packet packet) {
        TestRun.Result result = new TestRun(packet.data(), packet.metadataBytes(), 1, 0, 1, 0).run(program);
        String failure = result.fault() == null ? "" : result.fault().text();
        return new Outcome.Run(failure, result.action(), result.data(), result.metadataBytes());
    }

    private static EbpfMap map(LoadedObject loaded, MapSpec spec) {
        return loaded.map(spec.name()).orElseThrow();
    }
}
