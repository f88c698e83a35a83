// SPDX-License-Identifier: Apache-2.0
package weir.ebpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.interpreter.CheckedProgram;
import weir.ebpf.interpreter.InterpretedProgram;
import weir.ebpf.interpreter.Machines;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.Errno;
import weir.ebpf.map.MapException;
import weir.ebpf.map.MapFlags;
import weir.ebpf.map.MapOfMaps;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.Maps;
import weir.ebpf.map.ProgramArray;
import weir.ebpf.memory.Mem;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.ProgramType;

/**
 * An object's live maps and the programs over them, ready to run. Programs are not verified: each runs
 * under the checked interpreter.
 *
 * <p>Loading and closing are for one thread. Programs may run on as many threads as the host has CPUs,
 * each under its own CPU number; no two threads at once use the same number, whichever of the programs
 * they run. Control code reads and writes maps from any thread. {@link #close} frees programs and maps
 * (not those that were kept from before), when nobody uses them any more.
 */
public final class LoadedObject implements AutoCloseable {
    private final Map<String, EbpfMap> maps = new LinkedHashMap<>();
    private final Map<String, EbpfProgram> programs = new LinkedHashMap<>();
    private final List<EbpfMap> ownMaps = new ArrayList<>();
    private final Machines machines;

    private LoadedObject(Machines machines) {
        this.machines = machines;
    }

    /**
     * Makes an object's maps and its XDP programs live. What the object needs and the engine lacks is an
     * error only in programs that the options choose.
     *
     * @throws LoadException for the first map or program that cannot be; nothing stays behind
     */
    public static LoadedObject load(ObjectFile object, LoadOptions options) throws LoadException {
        return of(object.programs(), object.maps(), options);
    }

    /**
     * Makes one program live, without an object file.
     *
     * @param maps by the index that the code uses
     */
    public static LoadedObject of(ProgramSpec program, List<MapSpec> maps, LoadOptions options) throws LoadException {
        return of(List.of(program), maps, options);
    }

    /**
     * Makes programs live, without an object file.
     *
     * @param mapSpecs by the index that the code uses
     */
    public static LoadedObject of(List<ProgramSpec> programs, List<MapSpec> mapSpecs, LoadOptions options)
            throws LoadException {
        HelperTable helpers = HelperTable.xdp();
        LoadedObject loaded = new LoadedObject(new Machines(options.host(), helpers));
        try {
            List<EbpfMap> maps = loaded.createMaps(mapSpecs, options);
            for (ProgramSpec spec : programs) {
                boolean wanted = options.programs().test(spec.name()) && spec.type() == ProgramType.XDP;
                if (wanted) {
                    CheckedProgram program = CheckedProgram.of(spec, helpers, mapSpecs);
                    loaded.programs.put(
                            spec.name(), new InterpretedProgram(program, helpers, maps, loaded.machines));
                }
            }
            loaded.fillMaps(mapSpecs, maps);
            return loaded;
        } catch (LoadException | RuntimeException e) {
            loaded.close();
            throw e;
        }
    }

    private List<EbpfMap> createMaps(List<MapSpec> specs, LoadOptions options) throws LoadException {
        List<EbpfMap> live = new ArrayList<>();
        for (MapSpec spec : specs) {
            Optional<EbpfMap> kept =
                    options.keptMaps().stream().filter(map -> map.spec().equals(spec)).findFirst();
            EbpfMap map = kept.isPresent() ? kept.get() : createMap(spec, options);
            live.add(map);
            maps.put(spec.name(), map);
        }
        return live;
    }

    private EbpfMap createMap(MapSpec spec, LoadOptions options) throws LoadException {
        try {
            EbpfMap map = Maps.create(spec, options.host().cpus());
            ownMaps.add(map);
            return map;
        } catch (MapException e) {
            throw new LoadException(String.valueOf(e.getMessage()));
        }
    }

    /** Puts in what the maps hold from the start; those that were kept have theirs. */
    private void fillMaps(List<MapSpec> specs, List<EbpfMap> live) throws LoadException {
        for (int i = 0; i < specs.size(); i++) {
            if (ownMaps.contains(live.get(i))) {
                for (MapSpec.Entry entry : specs.get(i).contents()) {
                    fill(live.get(i), entry, live);
                }
                if (specs.get(i).frozen()) {
                    live.get(i).control().freeze();
                }
            }
        }
    }

    private void fill(EbpfMap map, MapSpec.Entry entry, List<EbpfMap> live) throws LoadException {
        switch (entry) {
            case MapSpec.Entry.Data(var bytes) -> {
                if (map.directAddress() == 0 || bytes.length() > map.spec().valueBytes()) {
                    throw new LoadException("map " + map.spec().name() + ": holds no data of " + bytes.length()
                            + " bytes; its values have " + map.spec().valueBytes());
                }
                Mem.copyFrom(bytes.toArray(), 0, map.directAddress(), bytes.length());
            }
            case MapSpec.Entry.InnerMap(int key, int mapIndex) -> putInner(map, key, mapIndex, live);
            case MapSpec.Entry.Program(int key, String name) -> {
                EbpfProgram program = programs.get(name);
                if (program == null || !(map instanceof ProgramArray array)) {
                    throw new LoadException("map " + map.spec().name() + ": slot " + key + " is for the program "
                            + name + ", which is not loaded");
                }
                int result = array.set(key, program);
                if (result != 0) {
                    throw new LoadException("map " + map.spec().name() + ": slot " + key + " takes no program: error " + result);
                }
            }
        }
    }

    private static void putInner(EbpfMap map, int key, int mapIndex, List<EbpfMap> live) throws LoadException {
        byte[] bytes = ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(key)
                .array();
        int result = map instanceof MapOfMaps outer && mapIndex >= 0 && mapIndex < live.size()
                ? outer.put(bytes, live.get(mapIndex), MapFlags.ANY)
                : -Errno.EINVAL;
        if (result != 0) {
            throw new LoadException("map " + map.spec().name() + ": takes no map " + mapIndex + " at " + key
                    + ": error " + result);
        }
    }

    /** The map of that name. */
    public Optional<EbpfMap> map(String name) {
        return Optional.ofNullable(maps.get(name));
    }

    /** The program of that name, if it was loaded. */
    public Optional<EbpfProgram> program(String name) {
        return Optional.ofNullable(programs.get(name));
    }

    /** Maps by name, in the object's order. */
    public Map<String, EbpfMap> maps() {
        return Collections.unmodifiableMap(maps);
    }

    /** Programs by name, in the object's order. */
    public Map<String, EbpfProgram> programs() {
        return Collections.unmodifiableMap(programs);
    }

    /** Frees programs and own maps. Idempotent. */
    @Override
    public void close() {
        programs.values().forEach(EbpfProgram::close);
        ownMaps.forEach(EbpfMap::close);
        machines.close();
    }
}
