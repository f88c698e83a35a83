// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.classfile.ClassFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.ebpf.DeterministicHost;
import weir.ebpf.Engine;
import weir.ebpf.LoadException;
import weir.ebpf.LoadOptions;
import weir.ebpf.LoadedObject;
import weir.ebpf.TestRun;
import weir.ebpf.Unverified;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Condition;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.MemorySize;
import weir.ebpf.isa.Operand;
import weir.ebpf.program.ProgramSpec;

/** Programs of any length become methods that HotSpot compiles, and compute the same in parts as in one piece. */
class LongProgramsTest {
    @ParameterizedTest
    @ValueSource(ints = {100, 1_000, 4_000, 10_000, 60_000})
    void isDividedAndGivesTheSame(int instructions) throws LoadException, JitException {
        ProgramSpec spec = generated(instructions);
        CompiledUnit unit =
                ClassEmitter.emit(spec, Facts.NONE, HelperTable.xdp(), List.of(), true, ClassEmitter.context());
        JitPrograms.assertValid(unit);
        int methods = ClassFile.of().parse(unit.bytes()).methods().size();
        assertTrue(instructions < 500 ? methods < 6 : methods > instructions / 1_000, methods + " methods");
        assertEquals(action(spec, Engine.interpreter()), action(spec, Engine.jit()));
    }

    /** It took minutes where loops were counted anew for each place where a function can be divided. */
    @Test
    @Timeout(60)
    void compilesLoopAfterLoop() throws JitException {
        List<Instruction> code = new ArrayList<>();
        for (int i = 0; i < 21_000; i++) {
            code.add(new Instruction.Alu(true, AluOp.MOV, 6, Operand.immediate(0)));
            code.add(new Instruction.Alu(true, AluOp.ADD, 6, Operand.immediate(1)));
            code.add(new Instruction.Branch(true, Condition.LT, 6, Operand.immediate(2), (short) -2));
        }
        code.add(new Instruction.Exit());
        JitPrograms.assertValid(ClassEmitter.emit(
                ProgramSpec.of("loops", Code.of(code)),
                Facts.NONE,
                HelperTable.xdp(),
                List.of(),
                true,
                ClassEmitter.context()));
    }

    /** A state is kept for each block, so it must not grow with the program. */
    @Test
    void knowsTheFrameAndTheLastPlacesInIt() {
        Known[] arguments = new Known[5];
        Arrays.fill(arguments, Known.anything());
        KnownState state = KnownState.atEntry(arguments);
        state.showInFrame(Known.Packet.META, 8);
        state.showInFrame(Known.Packet.DATA, 8);
        for (int slot = 0; slot < 1_000; slot++) {
            state.showInFrame(Known.Packet.by(slot), 8);
        }
        assertEquals(8, state.bytesInFrame(Known.Packet.META));
        assertEquals(8, state.bytesInFrame(Known.Packet.DATA));
        assertEquals(8, state.bytesInFrame(Known.Packet.by(999)));
        assertEquals(0, state.bytesInFrame(Known.Packet.by(0)));
    }

    /** What is too large is refused, or interpreted when that was asked for. */
    @Test
    void programsThatAreTooLargeFallBackOpenly() throws LoadException {
        ProgramSpec spec = generated(70_000);
        LoadOptions options = LoadOptions.on(new DeterministicHost(1));
        LoadException refused = assertThrows(
                LoadException.class, () -> LoadedObject.of(spec, List.of(), Unverified.under(options, Engine.jit())));
        assertTrue(String.valueOf(refused.getMessage()).contains("too large"), refused::toString);
        Engine warning = new Engine.Jit(Engine.JitFallback.WARN, true);
        try (LoadedObject object = LoadedObject.of(spec, List.of(), Unverified.under(options, warning))) {
            assertEquals(1, object.warnings().size());
            assertTrue(object.warnings().getFirst().contains("the interpreter runs"), object.warnings()::toString);
            TestRun.Result result =
                    TestRun.of(new byte[64]).run(object.program(spec.name()).orElseThrow());
            assertEquals(action(spec, Engine.interpreter()), result.action());
        }
    }

    private static int action(ProgramSpec spec, Engine engine) throws LoadException {
        LoadOptions options = Unverified.under(LoadOptions.on(new DeterministicHost(1)), engine);
        try (LoadedObject object = LoadedObject.of(spec, List.of(), options)) {
            TestRun.Result result =
                    TestRun.of(new byte[64]).run(object.program(spec.name()).orElseThrow());
            assertEquals(null, result.fault());
            return result.action();
        }
    }

    /** Arithmetic on all registers, words of the stack, branches over some instructions, loops of a few rounds. */
    private static ProgramSpec generated(int instructions) {
        SplittableRandom random = new SplittableRandom(instructions);
        List<Instruction> code = new ArrayList<>();
        for (int register = 0; register < 10; register++) {
            code.add(new Instruction.Alu(true, AluOp.MOV, register, Operand.immediate(register * 77)));
        }
        while (code.size() < instructions - 40) {
            code.add(new Instruction.Alu(true, AluOp.MOV, 9, Operand.immediate(3)));
            int start = code.size();
            int length = 4 + random.nextInt(24);
            for (int i = 0; i < length; i++) {
                code.add(random(random));
            }
            code.add(new Instruction.Alu(true, AluOp.SUB, 9, Operand.immediate(1)));
            code.add(new Instruction.Branch(
                    true, Condition.NE, 9, Operand.immediate(0), (short) (start - code.size() - 1)));
        }
        for (int i = 0; i < 4; i++) {
            code.add(new Instruction.Alu(true, AluOp.XOR, 0, Operand.register(random.nextInt(9))));
        }
        code.add(new Instruction.Exit());
        return ProgramSpec.of("long", Code.of(code));
    }

    private static Instruction random(SplittableRandom random) {
        int dst = random.nextInt(9);
        Operand src = random.nextBoolean() ? Operand.register(random.nextInt(9)) : Operand.immediate(random.nextInt());
        short word = (short) (-8 * (1 + random.nextInt(20)));
        return switch (random.nextInt(5)) {
            case 0 -> new Instruction.Store(MemorySize.DOUBLE, 10, word, src);
            case 1 -> new Instruction.Load(MemorySize.DOUBLE, false, dst, 10, word);
            case 2 -> new Instruction.Alu(false, AluOp.ADD, dst, src);
            case 3 -> new Instruction.Alu(true, AluOp.MUL, dst, src);
            default -> new Instruction.Alu(true, AluOp.XOR, dst, src);
        };
    }
}
