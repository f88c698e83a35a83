// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import weir.ebpf.DeterministicHost;
import weir.ebpf.Engine;
import weir.ebpf.LoadException;
import weir.ebpf.LoadOptions;
import weir.ebpf.LoadedObject;
import weir.ebpf.TestRun;
import weir.ebpf.Unverified;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.Operand;
import weir.ebpf.program.Fault;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.random.ProgramGenerator;
import weir.ebpf.random.RandomProgram;
import weir.ebpf.random.Weights;
import weir.testing.RunSize;

/**
 * Programs that no verifier would accept: random ones with changed displacements, numbers and registers.
 * Compiled with all checks they end with the interpreter's result or fault, and never touch memory that is
 * not theirs: that would end this JVM, or damage what other tests compare.
 */
class HostileProgramsTest {
    private static final int PROGRAMS = RunSize.of(600, 20_000);
    private static final int[] DISPLACEMENTS = {-32768, -512, -520, -9, -1, 0, 1, 7, 64, 1500, 32767};

    private final ProgramGenerator generator = new ProgramGenerator(Weights.everything());

    @Test
    void changedProgramsEndAsInTheInterpreter() throws LoadException {
        int faults = 0;
        int count = 0;
        List<String> examples = new ArrayList<>();
        for (long seed = 0; seed < PROGRAMS; seed++) {
            RandomProgram program = generator.generate(seed);
            ProgramSpec changed = changed(program.main(), new SplittableRandom(seed));
            List<ProgramSpec> programs = new ArrayList<>(program.programs());
            programs.set(0, changed);
            String interpreted = run(programs, program, Engine.interpreter());
            String compiled = run(programs, program, Engine.jit());
            count += interpreted.isEmpty() ? 0 : 1;
            faults += interpreted.startsWith("fault") ? 1 : 0;
            if (!interpreted.equals(compiled)) {
                examples.add("seed " + seed + ": " + interpreted + " / " + compiled);
            }
        }
        assertTrue(count > PROGRAMS / 2, count + " of " + PROGRAMS + " have the right form");
        assertTrue(faults > PROGRAMS / 10, faults + " faults");
        // What is undefined may differ: registers that a call clobbers, r6 to r9 of a function before it writes
        // them, numbers made of addresses, and where an endless loop is stopped.
        assertTrue(examples.size() <= PROGRAMS / 20, () -> String.join("\n", examples));
    }

    private static ProgramSpec changed(ProgramSpec spec, SplittableRandom random) {
        List<Instruction> instructions = new ArrayList<>(spec.code().instructions());
        for (int i = 0; i < 3; i++) {
            int at = random.nextInt(instructions.size());
            instructions.set(at, changed(instructions.get(at), random));
        }
        return new ProgramSpec(
                spec.name(),
                spec.section(),
                spec.type(),
                spec.attach(),
                Code.of(instructions),
                spec.subprograms(),
                spec.lines(),
                spec.license(),
                spec.unresolved());
    }

    private static Instruction changed(Instruction instruction, SplittableRandom random) {
        short displacement = (short) DISPLACEMENTS[random.nextInt(DISPLACEMENTS.length)];
        int register = random.nextInt(10);
        return switch (instruction) {
            case Instruction.Load load ->
                new Instruction.Load(load.size(), load.signed(), load.dst(), random.nextInt(11), displacement);
            case Instruction.Store store ->
                new Instruction.Store(store.size(), random.nextInt(11), displacement, store.src());
            case Instruction.Atomic atomic ->
                new Instruction.Atomic(
                        atomic.size(), atomic.op(), atomic.fetch(), atomic.base(), displacement, atomic.src());
            case Instruction.Alu alu
            when alu.src() instanceof Operand.Immediate ->
                new Instruction.Alu(alu.is64(), alu.op(), alu.dst(), Operand.immediate(random.nextInt()));
            case Instruction.Alu alu -> new Instruction.Alu(alu.is64(), alu.op(), register, alu.src());
            default -> instruction;
        };
    }

    /** Empty when the form is wrong. */
    private static String run(List<ProgramSpec> programs, RandomProgram program, Engine engine) throws LoadException {
        LoadOptions options = Unverified.under(LoadOptions.on(new DeterministicHost(1)), engine);
        LoadedObject loaded;
        try {
            loaded = LoadedObject.of(programs, program.maps(), options);
        } catch (LoadException e) {
            return "";
        }
        try (LoadedObject object = loaded) {
            byte[] frame = new byte[100];
            TestRun.Result result =
                    TestRun.of(frame).run(object.program(program.main().name()).orElseThrow());
            Fault fault = result.fault();
            return fault == null
                    ? "result " + result.action()
                    : "fault " + fault.kind() + " at " + fault.slot() + " " + fault.addressKind();
        }
    }
}
