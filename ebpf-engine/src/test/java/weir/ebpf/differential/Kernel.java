// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import weir.ebpf.kernel.EmptyNetwork;
import weir.ebpf.kernel.KernelCollection;
import weir.ebpf.kernel.KernelMap;
import weir.ebpf.kernel.KernelProgram;
import weir.ebpf.kernel.PinnedThread;
import weir.ebpf.kernel.XdpMd;
import weir.ebpf.kernel.XdpSocket;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;

/**
 * Plays scenarios in the running kernel, on one CPU and in an empty network. One thread, which is bound to both
 * until it closes this.
 */
final class Kernel implements AutoCloseable {
    private final PinnedThread pinned = new PinnedThread();
    private final EmptyNetwork network = new EmptyNetwork();

    /**
     * Loads, runs, reads, and frees all.
     *
     * @param wantLog whether a rejection comes with the verifier's log
     */
    Outcome play(Scenario scenario, boolean wantLog) throws KernelProgram.Rejected {
        try (KernelCollection loaded = KernelCollection.load(scenario.programs(), scenario.maps(), wantLog);
                XdpSocket socket = new XdpSocket();
                KernelRecords consumers = new KernelRecords(scenario.maps(), loaded.maps(), pinned.cpu())) {
            scenario.presets().forEach(preset -> put(loaded.maps().get(preset.map()), preset, socket));
            List<Outcome.Run> runs = new ArrayList<>();
            List<String> records = new ArrayList<>();
            for (int i = 0; i < scenario.packets().size(); i++) {
                runs.add(run(loaded.main(), scenario.packets().get(i)));
                if (Outcome.isLookedAt(i, scenario.packets().size())) {
                    consumers.takeInto(records);
                }
            }
            SortedMap<String, SortedMap<String, String>> contents = new TreeMap<>();
            for (int i = 0; i < scenario.maps().size(); i++) {
                MapSpec spec = scenario.maps().get(i);
                if (Outcome.isCompared(spec)) {
                    KernelMap map = loaded.maps().get(i);
                    contents.put(spec.name(), Outcome.contents(spec, map, pinned.cpu()));
                }
            }
            return new Outcome(runs, records, contents);
        }
    }

    /** In the place of a socket's number goes a socket, which leaves the map when it is closed. */
    private static void put(KernelMap map, Scenario.Preset preset, XdpSocket socket) {
        Bytes value = map.type() == MapType.XSKMAP ? Scenario.word(socket.fd()) : preset.value();
        int result = map.update(preset.key().toArray(), value.toArray(), 0);
        if (result != 0) {
            throw new IllegalStateException(preset + ": errno " + -result);
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

    @Override
    public void close() {
        network.close();
        pinned.close();
    }
}
