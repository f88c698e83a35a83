// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import weir.ebpf.EbpfProgram;
import weir.ebpf.Host;
import weir.ebpf.LoadedObject;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.ProgramArray;
import weir.ebpf.program.ProgramFacts;
import weir.ebpf.program.ProgramSpec;

/**
 * The programs of a loaded object compiled over its maps, with checks or without and with facts from
 * anywhere; they take their place in its program arrays. Each class file is verified and measured, unless that is left to
 * the JVM.
 */
public final class JitPrograms implements AutoCloseable {
    private static final int SHORTEST_PARTS_BYTES = ClassEmitter.LAST_LIMIT_BYTES;
    private static final ClassFile CLASS_FILE = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(
            ClassHierarchyResolver.ofClassLoading(JitPrograms.class.getClassLoader())
                    .cached()));

    private final JitCpus cpus;
    private final Map<String, CompiledProgram> programs = new LinkedHashMap<>();

    private JitPrograms(Host host) {
        cpus = new JitCpus(host);
    }

    /**
     * Compiles all of them.
     *
     * @param facts that the compiler is given about a program
     */
    public static JitPrograms of(
            LoadedObject object, Host host, boolean isChecked, Function<ProgramSpec, ProgramFacts> facts) {
        return of(object, host, isChecked, facts, ClassEmitter.FIRST_LIMIT_BYTES)
                .checkAll();
    }

    /** The same with all checks, each function divided into as many parts as can be. */
    public static JitPrograms divided(LoadedObject object, Host host, Function<ProgramSpec, ProgramFacts> facts) {
        return of(object, host, true, facts, SHORTEST_PARTS_BYTES).checkAll();
    }

    private JitPrograms checkAll() {
        programs.values().forEach(program -> assertValid(program.unit()));
        return this;
    }

    /**
     * Compiles all of them. Their class files are what the JVM's own verifier takes, which it says in its own terse way.
     *
     * @param facts that the compiler is given about a program
     */
    public static JitPrograms leftToTheJvm(
            LoadedObject object, Host host, boolean isChecked, Function<ProgramSpec, ProgramFacts> facts) {
        return of(object, host, isChecked, facts, ClassEmitter.FIRST_LIMIT_BYTES);
    }

    private static JitPrograms of(
            LoadedObject object,
            Host host,
            boolean isChecked,
            Function<ProgramSpec, ProgramFacts> facts,
            int limitBytes) {
        JitPrograms compiled = new JitPrograms(host);
        List<EbpfMap> maps = List.copyOf(object.maps().values());
        for (EbpfProgram each : object.programs().values()) {
            ProgramSpec spec = each.spec();
            compiled.programs.put(spec.name(), compiled.compile(limitBytes, spec, facts.apply(spec), maps, isChecked));
        }
        for (EbpfMap map : maps) {
            if (map instanceof ProgramArray array) {
                compiled.replaceIn(array);
            }
        }
        return compiled;
    }

    private CompiledProgram compile(
            int limitBytes, ProgramSpec spec, ProgramFacts facts, List<EbpfMap> maps, boolean isChecked) {
        try {
            List<MapSpec> specs = maps.stream().map(EbpfMap::spec).toList();
            CompiledUnit unit = ClassEmitter.emit(
                    limitBytes, spec, facts, HelperTable.xdp(), specs, isChecked, ClassEmitter.context());
            return CompiledProgram.of(unit, facts, maps, cpus);
        } catch (JitException e) {
            throw new AssertionError(e);
        }
    }

    /** The JVM's own verifier is lazy and terse: this one says everything. */
    static void assertValid(CompiledUnit unit) {
        assertEquals(List.of(), CLASS_FILE.verify(unit.bytes()), unit.spec().name());
        assertTrue(
                CompiledUnit.longestMethodBytes(unit.bytes()) <= CompiledUnit.MAX_METHOD_BYTES,
                unit.spec().name());
    }

    private void replaceIn(ProgramArray array) {
        List<Integer> failed = new ArrayList<>();
        for (int i = 0; i < array.spec().maxEntries(); i++) {
            if (array.get(i) instanceof EbpfProgram old
                    && array.set(i, program(old.spec().name())) != 0) {
                failed.add(i);
            }
        }
        assertEquals(List.of(), failed);
    }

    /** No facts but what nobody needs a verifier for. */
    public static ProgramFacts noFacts(ProgramSpec spec) {
        return Facts.NONE;
    }

    /** The program of that name. */
    public EbpfProgram program(String name) {
        CompiledProgram program = programs.get(name);
        assertTrue(program != null, name);
        return program;
    }

    @Override
    public void close() {
        programs.values().forEach(CompiledProgram::close);
    }
}
