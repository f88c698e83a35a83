// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import weir.ebpf.kernel.KernelCollection;
import weir.ebpf.kernel.KernelMap;
import weir.ebpf.kernel.KernelProgram;
import weir.ebpf.kernel.XdpMd;
import weir.ebpf.map.MapSpec;

/** Plays scenarios in the running kernel. The calling thread must be pinned. */
final class Kernel {
    private final int cpu;

    /** @param cpu that the calling thread is pinned to */
    Kernel(int cpu) {
        this.cpu = cpu;
    }

    /**
     * Loads, runs, reads, and frees all.
     *
     * @param wantLog whether a rejection comes with the verifier's log
     */
    Outcome play(Scenario scenario, boolean wantLog) throws KernelProgram.Rejected {
        try (KernelCollection loaded = KernelCollection.load(scenario.programs(), scenario.maps(), wantLog)) {
            for (Scenario.Preset preset : scenario.presets()) {
                KernelMap map = loaded.maps().get(preset.map());
                int result = map.update(preset.key().toArray(), preset.value().toArray(), 0);
                if (result != 0) {
                    throw new IllegalStateException(preset + ": errno " + -result);
                }
            }
            List<Outcome.Run> runs = new ArrayList<>();
            for (Scenario.Packet packet : scenario.packets()) {
                runs.add(run(loaded.main(), packet));
            }
            SortedMap<String, SortedMap<String, String>> contents = new TreeMap<>();
            for (int i = 0; i < scenario.maps().size(); i++) {
                MapSpec spec = scenario.maps().get(i);
                if (Outcome.isCompared(spec)) {
                    contents.put(
                            spec.name(), Outcome.contents(spec, loaded.maps().get(i), cpu));
                }
            }
            return new Outcome(runs, contents);
        }
    }

    private static Outcome.Run run(KernelProgram program, Scenario.Packet packet) {
        XdpMd given = XdpMd.arriving(packet.metadataBytes(), packet.data().length(), 1, 0);
        KernelProgram.Run run = program.run(packet.data().toArray(), given);
        XdpMd left = run.context();
        return left == null
                ? new Outcome.Run("errno " + -run.errno(), 0, run.data(), 0)
                : new Outcome.Run("", run.returnValue(), run.data(), left.data());
    }
}
