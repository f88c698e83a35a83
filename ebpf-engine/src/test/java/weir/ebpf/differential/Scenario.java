// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.random.RandomPackets;
import weir.ebpf.random.RandomProgram;

/**
 * Programs, their maps, and packets that run one behind the other over the same maps.
 *
 * @param programs the one to run first, then the targets of its tail calls
 * @param presets what control code puts into the maps before the first packet
 * @param packets from interface 1 and queue 0
 */
record Scenario(List<ProgramSpec> programs, List<MapSpec> maps, List<Preset> presets, List<Packet> packets) {
    private static final int MAX_METADATA_BYTES = 32;
    private static final int MIN_FRAME_BYTES = 14;

    /** One element, by the map's index. */
    record Preset(int map, Bytes key, Bytes value) {}

    /**
     * What a run begins with.
     *
     * @param data metadata and frame
     */
    record Packet(Bytes data, int metadataBytes) {}

    Scenario {
        programs = List.copyOf(programs);
        maps = List.copyOf(maps);
        presets = List.copyOf(presets);
        packets = List.copyOf(packets);
    }

    /** A random program with packets, of which some have metadata, and with interface 1 in half of the device maps. */
    static Scenario of(RandomProgram program, int packets) {
        List<Packet> all = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(program.seed());
        for (Bytes each : RandomPackets.generate(program.seed(), packets)) {
            int room = Math.min(MAX_METADATA_BYTES, each.length() - MIN_FRAME_BYTES);
            all.add(new Packet(each, random.nextInt(4) == 0 ? 4 * random.nextInt(room / 4 + 1) : 0));
        }
        return withDevices(program.programs(), program.maps(), all);
    }

    private static Scenario withDevices(List<ProgramSpec> programs, List<MapSpec> maps, List<Packet> packets) {
        List<Preset> presets = new ArrayList<>();
        for (int i = 0; i < maps.size(); i++) {
            int first = maps.get(i).type() == MapType.DEVMAP ? 0 : 1;
            if (maps.get(i).type() == MapType.DEVMAP || maps.get(i).type() == MapType.DEVMAP_HASH) {
                presets.add(new Preset(i, word(first), word(1)));
                presets.add(new Preset(i, word(first + 2), word(1)));
            }
        }
        return new Scenario(programs, maps, presets, packets);
    }

    Scenario withPackets(List<Packet> others) {
        return new Scenario(programs, maps, presets, others);
    }

    Scenario withPrograms(List<ProgramSpec> others) {
        return new Scenario(others, maps, presets, packets);
    }

    private static Bytes word(int value) {
        return Bytes.of(new byte[] {(byte) value, 0, 0, 0});
    }
}
