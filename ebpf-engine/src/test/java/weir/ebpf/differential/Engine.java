// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import weir.ebpf.DeterministicHost;
import weir.ebpf.EbpfProgram;
import weir.ebpf.LoadException;
import weir.ebpf.LoadOptions;
import weir.ebpf.LoadedObject;
import weir.ebpf.TestRun;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.MapSpec;

/** Plays scenarios in the engine, with one CPU. */
final class Engine {
    private Engine() {}

    /** Loads, runs, reads, and frees all. */
    static Outcome play(Scenario scenario) throws LoadException {
        LoadOptions options = LoadOptions.on(new DeterministicHost(1));
        try (LoadedObject loaded = LoadedObject.of(scenario.programs(), scenario.maps(), options)) {
            for (Scenario.Preset preset : scenario.presets()) {
                EbpfMap map = map(loaded, scenario.maps().get(preset.map()));
                int result = map.control()
                        .update(preset.key().toArray(), preset.value().toArray(), 0);
                if (result != 0) {
                    throw new IllegalStateException(preset + ": errno " + -result);
                }
            }
            EbpfProgram main =
                    loaded.program(scenario.programs().getFirst().name()).orElseThrow();
            List<Outcome.Run> runs = new ArrayList<>();
            for (Scenario.Packet packet : scenario.packets()) {
                runs.add(run(main, packet));
            }
            SortedMap<String, SortedMap<String, String>> contents = new TreeMap<>();
            for (MapSpec spec : scenario.maps()) {
                if (Outcome.isCompared(spec)) {
                    contents.put(
                            spec.name(),
                            Outcome.contents(spec, map(loaded, spec).control(), 0));
                }
            }
            return new Outcome(runs, contents);
        }
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
