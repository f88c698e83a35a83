// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.differential;

import java.util.ArrayList;
import java.util.List;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.program.ProgramSpec;

/**
 * Programs, their maps, and packets that run one behind the other over the same maps.
 *
 * @param programs the one to run first, then the targets of its tail calls
 * @param presets what control code puts into the maps before the first packet
 * @param packets without metadata, from interface 1 and queue 0
 */
record Scenario(List<ProgramSpec> programs, List<MapSpec> maps, List<Preset> presets, List<Bytes> packets) {
    /** One element, by the map's index. */
    record Preset(int map, Bytes key, Bytes value) {}

    Scenario {
        programs = List.copyOf(programs);
        maps = List.copyOf(maps);
        presets = List.copyOf(presets);
        packets = List.copyOf(packets);
    }

    /** With targets in half of the places of device maps: interface 1. */
    static Scenario withDevices(List<ProgramSpec> programs, List<MapSpec> maps, List<Bytes> packets) {
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

    Scenario withPackets(List<Bytes> others) {
        return new Scenario(programs, maps, presets, others);
    }

    Scenario withPrograms(List<ProgramSpec> others) {
        return new Scenario(others, maps, presets, packets);
    }

    private static Bytes word(int value) {
        return Bytes.of(new byte[] {(byte) value, 0, 0, 0});
    }
}
