// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import weir.ebpf.ObjectFile;
import weir.ebpf.ObjectFileException;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.ProgramType;

/**
 * An object file of clang's in the kernel, as libbpf would load it: with its own types, so that maps may
 * hold spin locks, global functions have their signatures, and the verifier's log names lines of C. One
 * thread.
 */
public final class KernelObject implements AutoCloseable {
    private final Map<String, KernelMap> maps = new LinkedHashMap<>();
    private final Map<String, KernelProgram> programs = new LinkedHashMap<>();

    private KernelObject() {}

    /**
     * Makes the maps, loads the XDP programs, and fills maps with what the object says they hold.
     *
     * @throws KernelProgram.Rejected for the first program that the verifier does not take, with its log
     */
    public static KernelObject load(byte[] file) throws ObjectFileException, KernelProgram.Rejected {
        return load(file, name -> true);
    }

    /**
     * As {@link #load(byte[])}, of the XDP programs those with names that are wanted.
     *
     * @throws KernelProgram.Rejected for the first program that the verifier does not take, with its log
     */
    public static KernelObject load(byte[] file, Predicate<String> wanted)
            throws ObjectFileException, KernelProgram.Rejected {
        ObjectFile object = ObjectFile.parse(file);
        KernelObject loaded = new KernelObject();
        try (ObjectTypes types = ObjectTypes.load(file, object.programs())) {
            for (MapSpec spec : object.maps()) {
                loaded.maps.put(spec.name(), create(spec, types));
            }
            int[] descriptors =
                    loaded.maps.values().stream().mapToInt(KernelMap::fd).toArray();
            for (ProgramSpec spec : object.programs()) {
                if (spec.type() == ProgramType.XDP && wanted.test(spec.name())) {
                    loaded.programs.put(spec.name(), KernelProgram.load(spec, descriptors, types));
                }
            }
            loaded.fill(object.maps());
            return loaded;
        } catch (KernelProgram.Rejected | RuntimeException e) {
            loaded.close();
            throw e;
        }
    }

    private static KernelMap create(MapSpec spec, ObjectTypes types) {
        KernelMap map = spec.inner() != null ? createOuter(spec, spec.inner()) : create(spec, 0, types);
        for (MapSpec.Entry entry : spec.contents()) {
            if (entry instanceof MapSpec.Entry.Data(Bytes data)) {
                map.update(new byte[spec.keyBytes()], Arrays.copyOf(data.toArray(), spec.valueBytes()), 0);
            }
        }
        if (spec.frozen()) {
            map.freeze();
        }
        return map;
    }

    /** The kernel looks at the inner map's shape only while the outer one is made. */
    private static KernelMap createOuter(MapSpec spec, MapSpec innerSpec) {
        try (KernelMap shape = KernelMap.create(innerSpec)) {
            return KernelMap.create(spec, shape.fd());
        }
    }

    private static KernelMap create(MapSpec spec, int innerFd, ObjectTypes types) {
        boolean needsTypes = spec.spinLockOffset() != MapSpec.NO_SPIN_LOCK;
        int fd = KernelMap.open(spec, innerFd, needsTypes ? types.fd() : 0, needsTypes ? spec.types() : null);
        if (fd < 0) {
            throw new IllegalStateException("the kernel refuses " + spec + " with errno " + -fd);
        }
        return KernelMap.of(spec, fd);
    }

    private void fill(List<MapSpec> specs) {
        List<KernelMap> byIndex = new ArrayList<>(maps.values());
        for (MapSpec spec : specs) {
            KernelMap map = map(spec.name());
            for (MapSpec.Entry entry : spec.contents()) {
                switch (entry) {
                    case MapSpec.Entry.Data _ -> {}
                    case MapSpec.Entry.InnerMap(int key, int index) ->
                        put(map, key, byIndex.get(index).fd());
                    case MapSpec.Entry.Program(int key, String name) ->
                        put(map, key, program(name).fd());
                }
            }
        }
    }

    private static void put(KernelMap map, int key, int fd) {
        int result = map.update(word(key), word(fd), 0);
        if (result != 0) {
            throw new IllegalStateException("key " + key + ": errno " + -result);
        }
    }

    private static byte[] word(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    public KernelMap map(String name) {
        KernelMap map = maps.get(name);
        if (map == null) {
            throw new IllegalArgumentException("no map " + name);
        }
        return map;
    }

    public KernelProgram program(String name) {
        KernelProgram program = programs.get(name);
        if (program == null) {
            throw new IllegalArgumentException("no program " + name);
        }
        return program;
    }

    @Override
    public void close() {
        programs.values().forEach(KernelProgram::close);
        maps.values().forEach(KernelMap::close);
    }
}
