// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.differential;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapSpec;
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
    /** Of a CPU's queue. */
    private static final int QUEUE_FRAMES = 64;

    /** One element, by the map's index. In a map of sockets there is a socket, whatever the value says. */
    record Preset(int map, Bytes key, Bytes value) {
        /** The key as a number, of maps with such keys. */
        int number() {
            return ByteBuffer.wrap(key.toArray()).order(ByteOrder.LITTLE_ENDIAN).getInt();
        }
    }

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

    /**
     * A random program with packets, of which some have metadata. Device maps have interface 1 in half of their
     * places; in every fourth scenario there is something in maps of CPUs and sockets, too.
     */
    static Scenario of(RandomProgram program, int packets) {
        List<Packet> all = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(program.seed());
        for (Bytes each : RandomPackets.generate(program.seed(), packets)) {
            int room = Math.min(MAX_METADATA_BYTES, each.length() - MIN_FRAME_BYTES);
            all.add(new Packet(each, random.nextInt(4) == 0 ? 4 * random.nextInt(room / 4 + 1) : 0));
        }
        return withTargets(program.programs(), program.maps(), all, random.nextInt(4) == 0);
    }

    private static Scenario withTargets(
            List<ProgramSpec> programs, List<MapSpec> maps, List<Packet> packets, boolean all) {
        List<Preset> presets = new ArrayList<>();
        for (int i = 0; i < maps.size(); i++) {
            switch (maps.get(i).type()) {
                case DEVMAP -> {
                    presets.add(new Preset(i, word(0), word(1)));
                    presets.add(new Preset(i, word(2), word(1)));
                }
                case DEVMAP_HASH -> {
                    presets.add(new Preset(i, word(1), word(1)));
                    presets.add(new Preset(i, word(3), word(1)));
                }
                case CPUMAP -> presets.addAll(all ? List.of(new Preset(i, word(0), word(QUEUE_FRAMES))) : List.of());
                case XSKMAP -> presets.addAll(all ? List.of(new Preset(i, word(1), word(1))) : List.of());
                default -> {}
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

    /** Four bytes, little endian. */
    static Bytes word(int value) {
        return Bytes.of(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }
}
