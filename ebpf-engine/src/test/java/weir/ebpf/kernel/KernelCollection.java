// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.ProgramSpec;

/** A program, the targets of its tail calls and their maps, all fresh in the kernel. One thread. */
public final class KernelCollection implements AutoCloseable {
    private final List<KernelMap> maps = new ArrayList<>();
    private final List<KernelProgram> programs = new ArrayList<>();

    private final List<MapSpec> specs;

    private KernelCollection(List<MapSpec> specs) {
        this.specs = specs;
    }

    /**
     * Makes the maps, loads the programs, and fills program arrays.
     *
     * @throws KernelProgram.Rejected for the first program that the verifier does not take
     */
    public static KernelCollection load(List<ProgramSpec> programs, List<MapSpec> maps, boolean wantLog)
            throws KernelProgram.Rejected {
        KernelCollection collection = new KernelCollection(maps);
        try {
            for (MapSpec spec : maps) {
                KernelMap map = collection.create(spec);
                collection.maps.add(map);
                fillData(spec, map);
            }
            int[] descriptors = collection.maps.stream().mapToInt(KernelMap::fd).toArray();
            for (ProgramSpec spec : programs) {
                collection.programs.add(KernelProgram.load(spec, descriptors, wantLog));
            }
            collection.fillProgramArrays(programs);
            return collection;
        } catch (KernelProgram.Rejected | RuntimeException e) {
            collection.close();
            throw e;
        }
    }

    /** A map of maps is made like the first that it holds, which comes before it, and filled. */
    private KernelMap create(MapSpec spec) {
        List<MapSpec.Entry.InnerMap> inner = spec.contents().stream()
                .filter(MapSpec.Entry.InnerMap.class::isInstance)
                .map(MapSpec.Entry.InnerMap.class::cast)
                .toList();
        if (inner.isEmpty()) {
            return KernelMap.create(spec);
        }
        KernelMap outer =
                KernelMap.create(spec, maps.get(inner.getFirst().mapIndex()).fd());
        int[] keys = inner.stream().mapToInt(MapSpec.Entry.InnerMap::key).toArray();
        int[] values =
                inner.stream().mapToInt(each -> maps.get(each.mapIndex()).fd()).toArray();
        int result = outer.updateAll(bytes(keys), bytes(values));
        if (result != 0) {
            outer.close();
            throw new IllegalStateException(spec + " takes no " + inner + ": errno " + -result);
        }
        return outer;
    }

    private static void fillData(MapSpec spec, KernelMap map) {
        for (MapSpec.Entry entry : spec.contents()) {
            if (entry instanceof MapSpec.Entry.Data(Bytes data)) {
                map.update(new byte[spec.keyBytes()], Arrays.copyOf(data.toArray(), spec.valueBytes()), 0);
            }
        }
        if (spec.frozen()) {
            map.freeze();
        }
    }

    private void fillProgramArrays(List<ProgramSpec> programSpecs) {
        for (int i = 0; i < maps.size(); i++) {
            for (MapSpec.Entry entry : specs.get(i).contents()) {
                if (entry instanceof MapSpec.Entry.Program(int key, String name)) {
                    int fd = programNamed(programSpecs, name).fd();
                    maps.get(i).update(bytes(key), bytes(fd), 0);
                }
            }
        }
    }

    private KernelProgram programNamed(List<ProgramSpec> programSpecs, String name) {
        for (int i = 0; i < programSpecs.size(); i++) {
            if (programSpecs.get(i).name().equals(name)) {
                return programs.get(i);
            }
        }
        throw new IllegalArgumentException("no program " + name);
    }

    private static byte[] bytes(int... words) {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * words.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int word : words) {
            bytes.putInt(word);
        }
        return bytes.array();
    }

    /** The first program. */
    public KernelProgram main() {
        return programs.getFirst();
    }

    public KernelProgram program(int index) {
        return programs.get(index);
    }

    public List<KernelMap> maps() {
        return maps;
    }

    @Override
    public void close() {
        programs.forEach(KernelProgram::close);
        maps.forEach(KernelMap::close);
    }
}
