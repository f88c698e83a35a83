// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import weir.ebpf.ObjectFile;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Encoder;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.WideKind;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.ProgramSpec;
import weir.ports.linux.BpfMap;
import weir.ports.linux.BpfProgram;
import weir.ports.linux.LinuxException;

/**
 * An object's first program in the running kernel, on no interface, with maps of its own. Maps are of types that need
 * no other map and no BTF; those of global data hold what the object says, all others are empty. Any thread; the owner
 * closes.
 */
final class KernelObject implements AutoCloseable {
    private final Map<String, BpfMap> maps = new LinkedHashMap<>();
    private final BpfProgram program;

    private KernelObject(ProgramSpec spec, List<MapSpec> mapSpecs) throws LinuxException {
        BpfProgram loaded = null;
        try {
            for (MapSpec map : mapSpecs) {
                create(map);
            }
            loaded = load(spec, maps.values().stream().mapToInt(BpfMap::fd).toArray());
        } finally {
            if (loaded == null) {
                maps.values().forEach(BpfMap::close);
            }
        }
        program = loaded;
    }

    static KernelObject load(ObjectFile object) throws LinuxException {
        return new KernelObject(object.programs().getFirst(), object.maps());
    }

    /** A program that needs no maps. */
    static KernelObject load(ProgramSpec spec) throws LinuxException {
        return new KernelObject(spec, List.of());
    }

    private void create(MapSpec spec) throws LinuxException {
        BpfMap map = BpfMap.create(new BpfMap.Spec(
                spec.type().number(),
                spec.keyBytes(),
                spec.valueBytes(),
                spec.maxEntries(),
                spec.flags(),
                spec.name()));
        maps.put(spec.name(), map);
        for (MapSpec.Entry entry : spec.contents()) {
            if (entry instanceof MapSpec.Entry.Data(Bytes data)) {
                put(spec.name(), new byte[spec.keyBytes()], Arrays.copyOf(data.toArray(), spec.valueBytes()));
            }
        }
    }

    private static BpfProgram load(ProgramSpec spec, int[] descriptors) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment code = offHeap(arena, Encoder.encode(withDescriptors(spec.code(), descriptors)));
            return BpfProgram.load(
                    new BpfProgram.Spec(BpfProgram.XDP, code, spec.license(), 0, BpfProgram.ATTACH_XDP, spec.name()));
        }
    }

    private static Code withDescriptors(Code code, int[] descriptors) {
        return Code.of(code.instructions().stream()
                .map(each -> each instanceof Instruction.LoadWide wide ? withDescriptor(wide, descriptors) : each)
                .toList());
    }

    private static Instruction withDescriptor(Instruction.LoadWide wide, int[] descriptors) {
        return switch (wide.kind()) {
            case MAP_INDEX -> new Instruction.LoadWide(wide.dst(), WideKind.MAP_FD, descriptors[wide.immediate()], 0);
            case MAP_INDEX_VALUE ->
                new Instruction.LoadWide(
                        wide.dst(), WideKind.MAP_FD_VALUE, descriptors[wide.immediate()], wide.nextImmediate());
            default -> wide;
        };
    }

    /**
     * Writes an entry of a map whose values are not by CPU.
     *
     * @throws IllegalArgumentException when the object has no such map
     */
    void put(String name, byte[] key, byte[] value) throws LinuxException {
        BpfMap map = maps.get(name);
        if (map == null) {
            throw new IllegalArgumentException("no map " + name);
        }
        try (Arena arena = Arena.ofConfined()) {
            map.update(offHeap(arena, key), offHeap(arena, value), BpfMap.ANY);
        }
    }

    /** Runs many times on one frame, each on what the run before left of it; gives the last return value. */
    int run(byte[] frame, int times) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            return program.run(offHeap(arena, frame), MemorySegment.NULL, times).result();
        }
    }

    private static MemorySegment offHeap(Arena arena, byte[] bytes) {
        MemorySegment memory = arena.allocate(bytes.length, Long.BYTES);
        MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, 0, bytes.length);
        return memory;
    }

    @Override
    public void close() {
        program.close();
        maps.values().forEach(BpfMap::close);
    }
}
