// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.lang.invoke.MethodHandles;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.ebpf.EbpfProgram;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.ProgramFacts;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.RunnableProgram;
import weir.ebpf.verifier.VerifiedProgram;
import weir.ebpf.xdp.XdpBatch;

/** A program as JVM bytecode, with its maps. */
public final class CompiledProgram implements EbpfProgram {
    private final CompiledUnit unit;
    private final ProgramFacts facts;
    private final List<MapSpec> maps;
    private final JitCpus cpus;
    private @Nullable Binding @Nullable [] bindings;

    private CompiledProgram(
            CompiledUnit unit, ProgramFacts facts, CompiledCode code, List<EbpfMap> objectMaps, JitCpus cpus) {
        this.unit = unit;
        this.facts = facts;
        this.maps = objectMaps.stream().map(EbpfMap::spec).toList();
        this.cpus = cpus;
        Binding[] made = new Binding[cpus.count()];
        for (int i = 0; i < made.length; i++) {
            made[i] = new Binding(unit, code, objectMaps, i);
        }
        bindings = made;
    }

    /**
     * Compiles a program with all checks: whatever the program does, and whatever the facts say, it touches
     * no memory but its own.
     *
     * @param objectMaps by the index that the code uses
     * @param cpus of all programs that are loaded together
     * @throws JitException when it cannot be compiled
     */
    public static CompiledProgram of(
            RunnableProgram program, HelperTable helpers, List<EbpfMap> objectMaps, JitCpus cpus) throws JitException {
        return of(program.spec(), program.facts(), helpers, objectMaps, cpus, true);
    }

    /**
     * Compiles a verified program without checks of memory: it may do to the process whatever the verifier
     * failed to notice.
     *
     * @param objectMaps by the index that the code uses
     * @param cpus of all programs that are loaded together
     * @throws JitException when it cannot be compiled
     */
    public static CompiledProgram unchecked(
            VerifiedProgram program, HelperTable helpers, List<EbpfMap> objectMaps, JitCpus cpus) throws JitException {
        return of(program.spec(), program.facts(), helpers, objectMaps, cpus, false);
    }

    /** Compiles with or without checks, and with facts from anywhere. */
    static CompiledProgram of(
            ProgramSpec spec,
            ProgramFacts facts,
            HelperTable helpers,
            List<EbpfMap> objectMaps,
            JitCpus cpus,
            boolean isChecked)
            throws JitException {
        List<MapSpec> maps = objectMaps.stream().map(EbpfMap::spec).toList();
        CompiledUnit unit = ClassEmitter.emit(spec, facts, helpers, maps, isChecked, ClassEmitter.context());
        return of(unit, facts, objectMaps, cpus);
    }

    /** Makes a program of what is compiled already. */
    static CompiledProgram of(CompiledUnit unit, ProgramFacts facts, List<EbpfMap> objectMaps, JitCpus cpus) {
        return new CompiledProgram(unit, facts, define(unit), objectMaps, cpus);
    }

    /** Makes a class of it, which goes with the last object that refers to it. */
    static CompiledCode define(CompiledUnit unit) {
        try {
            return (CompiledCode) MethodHandles.lookup()
                    .defineHiddenClass(unit.bytes(), true)
                    .lookupClass()
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("class of program " + unit.spec().name(), e);
        }
    }

    @Override
    public ProgramSpec spec() {
        return unit.spec();
    }

    /**
     * Runs the program's class on maps and frames of its own until HotSpot has compiled it, so that the first
     * frames find fast code. Live maps are not touched. For a thread that no frames wait for.
     *
     * @return whether it had stopped getting faster when the time was over
     */
    public boolean warmUp(Duration limit) {
        return new Warmup(this).run(limit).isSettled();
    }

    /** The same class over other maps, on one CPU. */
    Binding bind(List<EbpfMap> otherMaps) {
        Binding binding = binding(0);
        if (binding == null) {
            throw new IllegalStateException("program " + unit.spec().name() + " is closed");
        }
        return new Binding(unit, binding.code, otherMaps, 0);
    }

    /** Blueprints of the object's maps. */
    List<MapSpec> maps() {
        return maps;
    }

    /** What was known when it was compiled. */
    ProgramFacts facts() {
        return facts;
    }

    /** The class file. */
    CompiledUnit unit() {
        return unit;
    }

    @Override
    public void run(XdpBatch batch, int cpu) {
        Binding binding = binding(cpu);
        if (binding == null) {
            throw new IllegalStateException("program " + unit.spec().name() + " is closed");
        }
        CallSite.run(binding.code, cpus.of(cpu), binding, batch);
    }

    /** The program on one CPU; null when there is no such CPU, or after {@link #close}. */
    @Nullable
    Binding binding(int cpu) {
        @Nullable Binding[] all = bindings;
        return all == null || cpu >= all.length ? null : all[cpu];
    }

    @Override
    public void close() {
        bindings = null;
    }
}
