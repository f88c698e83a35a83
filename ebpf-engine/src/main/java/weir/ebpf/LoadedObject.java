// SPDX-License-Identifier: Apache-2.0
package weir.ebpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.interpreter.CheckedProgram;
import weir.ebpf.interpreter.InterpretedProgram;
import weir.ebpf.interpreter.Machines;
import weir.ebpf.interpreter.ObservedPrograms;
import weir.ebpf.jit.CompiledProgram;
import weir.ebpf.jit.JitCpus;
import weir.ebpf.jit.JitException;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.Errno;
import weir.ebpf.map.MapException;
import weir.ebpf.map.MapFlags;
import weir.ebpf.map.MapOfMaps;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.map.Maps;
import weir.ebpf.map.ProgramArray;
import weir.ebpf.program.ProgramFacts;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.RunnableProgram;
import weir.ebpf.trace.TracedPrograms;
import weir.ebpf.verifier.Verification;
import weir.ebpf.verifier.VerifiedProgram;
import weir.ebpf.verifier.Verifier;
import weir.ebpf.verifier.VerifierOptions;

/**
 * An object's live maps and the programs over them, ready to run: verified ones under any engine, others
 * under the interpreter, which checks every access.
 *
 * <p>Loading and closing are for one thread. Programs may run on as many threads as the host has CPUs,
 * each under its own CPU number; no two threads at once use the same number, whichever of the programs
 * they run. Control code reads and writes maps from any thread. {@link #close} frees the programs, and the
 * maps that no other object shares; only when nobody uses them any more. Program arrays that live on lose
 * this object's programs.
 */
public final class LoadedObject implements AutoCloseable {
    private final Map<String, EbpfMap> maps = new LinkedHashMap<>();
    private final Map<String, EbpfProgram> programs = new LinkedHashMap<>();
    private final Map<String, ProgramFacts> facts = new HashMap<>();
    private final Set<String> known = new HashSet<>();
    private final List<SharedMap> held = new ArrayList<>();
    private final List<EbpfMap> fresh = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final Host host;
    private final Machines machines;
    private final JitCpus cpus;
    private final List<RunnableProgram> runnable = new ArrayList<>();
    private final List<EbpfMap> byIndex = new ArrayList<>();

    private LoadedObject(Host host, Machines machines, JitCpus cpus) {
        this.host = host;
        this.machines = machines;
        this.cpus = cpus;
    }

    /**
     * Makes an object's maps and its programs live, those that can run. What the object needs and the engine lacks is an
     * error only in programs that the options choose.
     *
     * @throws LoadException for the first map or program that cannot be; nothing stays behind
     */
    public static LoadedObject load(ObjectFile object, LoadOptions options) throws LoadException {
        return of(object.programs(), object.maps(), options);
    }

    /** The programs that {@link #load} would make live: the programs of those names that can run, and those they tail-call. */
    public static List<ProgramSpec> chosen(ObjectFile object, Predicate<String> names) {
        return new ProgramChoice(object.programs(), object.maps()).of(names);
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
        Host host = options.host();
        LoadedObject loaded = new LoadedObject(host, new Machines(host, HelperTable.xdpInSwitch()), new JitCpus(host));
        try {
            List<MapSpec> sized = mapSpecs.stream()
                    .map(spec -> sized(spec, options.host().cpus()))
                    .toList();
            List<EbpfMap> maps = loaded.createMaps(sized, options);
            List<RunnableProgram> runnable = new ArrayList<>();
            for (ProgramSpec spec : new ProgramChoice(programs, mapSpecs).of(options.programs())) {
                runnable.add(
                        options.verified()
                                ? verified(spec, sized)
                                : CheckedProgram.of(spec, HelperTable.of(spec.type()), sized));
            }
            runnable.forEach(each -> loaded.facts.put(each.spec().name(), each.facts()));
            switch (options.engine()) {
                case Engine.Interpreter interpreter -> loaded.interpret(runnable, maps);
                case Engine.Jit jit -> loaded.compile(runnable, maps, jit);
            }
            loaded.runnable.addAll(runnable);
            loaded.byIndex.addAll(maps);
            loaded.known.addAll(programs.stream().map(ProgramSpec::name).toList());
            loaded.fillMaps(sized, maps);
            return loaded;
        } catch (LoadException | RuntimeException e) {
            loaded.close();
            throw e;
        }
    }

    private static RunnableProgram verified(ProgramSpec spec, List<MapSpec> maps) throws LoadException {
        return switch (Verifier.verify(spec, maps, VerifierOptions.standard())) {
            case Verification.Accepted accepted -> accepted.program();
            case Verification.Rejected rejected ->
                throw new LoadException("program " + spec.name() + ": refused by the verifier", rejected.violations());
        };
    }

    private void interpret(List<RunnableProgram> runnable, List<EbpfMap> live) {
        for (RunnableProgram each : runnable) {
            HelperTable helpers = HelperTable.of(each.spec().type());
            programs.put(each.spec().name(), new InterpretedProgram(each, helpers, live, machines));
        }
    }

    /** All of them or none, since a tail call goes from one to another under one engine. */
    private void compile(List<RunnableProgram> runnable, List<EbpfMap> live, Engine.Jit jit) throws LoadException {
        try {
            for (RunnableProgram each : runnable) {
                programs.put(each.spec().name(), compiled(each, live, jit.isChecked()));
            }
        } catch (JitException e) {
            if (jit.fallback() == Engine.JitFallback.FAIL) {
                throw new LoadException(String.valueOf(e.getMessage()));
            }
            warnings.add(e.getMessage() + "; the interpreter runs all programs of the object");
            programs.clear();
            interpret(runnable, live);
        }
    }

    private CompiledProgram compiled(RunnableProgram program, List<EbpfMap> live, boolean isChecked)
            throws JitException {
        HelperTable helpers = HelperTable.of(program.spec().type());
        return !isChecked && program instanceof VerifiedProgram verified
                ? CompiledProgram.unchecked(verified, helpers, live, cpus)
                : CompiledProgram.of(program, helpers, live, cpus);
    }

    /** A perf event array without a size has a place for each CPU, as libbpf has it. */
    private static MapSpec sized(MapSpec spec, int cpus) {
        return spec.type() == MapType.PERF_EVENT_ARRAY && spec.maxEntries() == 0 ? spec.withMaxEntries(cpus) : spec;
    }

    private List<EbpfMap> createMaps(List<MapSpec> specs, LoadOptions options) throws LoadException {
        List<EbpfMap> live = new ArrayList<>();
        for (MapSpec spec : specs) {
            SharedMap shared = kept(spec, options);
            if (shared == null) {
                shared = new SharedMap(createMap(spec, options));
                fresh.add(shared.map());
            }
            held.add(shared);
            live.add(shared.map());
            maps.put(spec.name(), shared.map());
        }
        return live;
    }

    private static @Nullable SharedMap kept(MapSpec spec, LoadOptions options) {
        if (!options.kept().test(spec)) {
            return null;
        }
        for (LoadedObject other : options.keepMapsOf()) {
            for (SharedMap shared : other.held) {
                if (shared.map().spec().isSameDefinitionAs(spec) && shared.hold()) {
                    return shared;
                }
            }
        }
        return null;
    }

    private static EbpfMap createMap(MapSpec spec, LoadOptions options) throws LoadException {
        try {
            return Maps.create(spec, options.host().cpus());
        } catch (MapException e) {
            throw new LoadException(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Puts in maps and programs that the blueprints name; data are in already. What a shared map of maps
     * holds stays, a shared program array gets the new programs, as with libbpf.
     */
    private void fillMaps(List<MapSpec> specs, List<EbpfMap> live) throws LoadException {
        for (int i = 0; i < specs.size(); i++) {
            EbpfMap map = live.get(i);
            if (fresh.contains(map) || map instanceof ProgramArray) {
                for (MapSpec.Entry entry : specs.get(i).contents()) {
                    fill(map, entry, live);
                }
            }
        }
    }

    private void fill(EbpfMap map, MapSpec.Entry entry, List<EbpfMap> live) throws LoadException {
        switch (entry) {
            case MapSpec.Entry.Data data -> {}
            case MapSpec.Entry.InnerMap(int key, int mapIndex) -> putInner(map, key, mapIndex, live);
            case MapSpec.Entry.Program(int key, String name) -> putProgram(map, key, name);
        }
    }

    /** The slot of a program that was not chosen stays empty. */
    private void putProgram(EbpfMap map, int key, String name) throws LoadException {
        EbpfProgram program = programs.get(name);
        if (program == null && known.contains(name)) {
            return;
        }
        int result = program != null && map instanceof ProgramArray array ? array.set(key, program) : -Errno.ENOENT;
        if (result != 0) {
            throw new LoadException("map " + map.spec().name() + ": slot " + key + " does not take the program " + name
                    + ": error " + result);
        }
    }

    private static void putInner(EbpfMap map, int key, int mapIndex, List<EbpfMap> live) throws LoadException {
        int result = map instanceof MapOfMaps outer && mapIndex >= 0 && mapIndex < live.size()
                ? outer.put(littleEndian(key), live.get(mapIndex), MapFlags.ANY)
                : -Errno.EINVAL;
        if (result != 0) {
            throw new LoadException(
                    "map " + map.spec().name() + ": takes no map " + mapIndex + " at " + key + ": error " + result);
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

    /** What is known about the program of that name, if it was loaded. */
    public Optional<ProgramFacts> facts(String name) {
        return Optional.ofNullable(facts.get(name));
    }

    /** Maps by name, in the object's order. */
    public Map<String, EbpfMap> maps() {
        return Collections.unmodifiableMap(maps);
    }

    /** Programs by name, in the object's order. */
    public Map<String, EbpfProgram> programs() {
        return Collections.unmodifiableMap(programs);
    }

    /**
     * Lets the JVM compile all programs, on maps and frames of their own, before the first real frame. Does
     * nothing for interpreted programs. For a side thread.
     *
     * @param limit time for each program
     */
    public void warmUp(Duration limit) {
        for (EbpfProgram program : programs.values()) {
            if (program instanceof CompiledProgram compiled) {
                compiled.warmUp(limit);
            }
        }
    }

    /**
     * The same programs over the same maps once more, for frames whose paths are to be written down; one set for each
     * CPU, in order. Control code; may be called while programs run.
     */
    public List<TracedPrograms> traced() throws LoadException {
        Map<EbpfProgram, InterpretedProgram> twins = new HashMap<>();
        for (RunnableProgram each : runnable) {
            EbpfProgram program = programs.get(each.spec().name());
            if (program != null) {
                HelperTable helpers = HelperTable.of(each.spec().type());
                twins.put(program, new InterpretedProgram(each, helpers, byIndex, machines));
            }
        }
        List<TracedPrograms> traced = new ArrayList<>();
        for (int cpu = 0; cpu < host.cpus(); cpu++) {
            traced.add(new ObservedPrograms(host, cpu, twins));
        }
        return traced;
    }

    /** What was done otherwise than the options asked for, in sentences. */
    public List<String> warnings() {
        return Collections.unmodifiableList(warnings);
    }

    /** Frees the programs, and the maps that nobody shares. Idempotent. */
    @Override
    public void close() {
        for (SharedMap shared : held) {
            if (shared.map() instanceof ProgramArray array) {
                removeOwnPrograms(array);
            }
            shared.letGo();
        }
        held.clear();
        programs.values().forEach(EbpfProgram::close);
    }

    private void removeOwnPrograms(ProgramArray array) {
        for (int i = 0; i < array.spec().maxEntries(); i++) {
            Object program = array.get(i);
            if (program instanceof EbpfProgram mine && programs.containsValue(mine)) {
                array.control().delete(littleEndian(i));
            }
        }
    }

    private static byte[] littleEndian(int word) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(word)
                .array();
    }
}
