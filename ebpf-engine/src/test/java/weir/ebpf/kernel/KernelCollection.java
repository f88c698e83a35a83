// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.ProgramSpec;

/** A program, the targets of its tail calls and their maps, all fresh in the kernel. One thread. */
public final class KernelCollection implements AutoCloseable {
    private final List<KernelMap> maps = new ArrayList<>();
    private final List<KernelProgram> programs = new ArrayList<>();

    private KernelCollection() {}

    /**
     * Makes the maps, loads the programs, and fills program arrays.
     *
     * @throws KernelProgram.Rejected for the first program that the verifier does not take
     */
    public static KernelCollection load(List<ProgramSpec> programs, List<MapSpec> maps, boolean wantLog)
            throws KernelProgram.Rejected {
        KernelCollection collection = new KernelCollection();
        try {
            for (MapSpec spec : maps) {
                collection.maps.add(KernelMap.create(spec));
            }
            int[] descriptors =
                    collection.maps.stream().mapToInt(KernelMap::descriptor).toArray();
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

    private void fillProgramArrays(List<ProgramSpec> specs) {
        for (KernelMap map : maps) {
            for (MapSpec.Entry entry : map.spec().contents()) {
                if (entry instanceof MapSpec.Entry.Program(int key, String name)) {
                    map.update(bytes(key), bytes(programNamed(specs, name).descriptor()), 0);
                }
            }
        }
    }

    private KernelProgram programNamed(List<ProgramSpec> specs, String name) {
        for (int i = 0; i < specs.size(); i++) {
            if (specs.get(i).name().equals(name)) {
                return programs.get(i);
            }
        }
        throw new IllegalArgumentException("no program " + name);
    }

    private static byte[] bytes(int word) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(word)
                .array();
    }

    /** The first program. */
    public KernelProgram main() {
        return programs.getFirst();
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
