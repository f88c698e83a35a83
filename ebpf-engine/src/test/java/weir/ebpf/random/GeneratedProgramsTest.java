// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.AtomicOp;
import weir.ebpf.isa.Condition;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.MemorySize;
import weir.ebpf.isa.Operand;
import weir.ebpf.kernel.KernelCollection;
import weir.ebpf.kernel.KernelProgram;
import weir.ebpf.program.ProgramSpec;
import weir.testing.Feature;
import weir.testing.RequiresFeature;
import weir.testing.RunSize;

/** Whether random programs are worth their name: taken by the kernel, and made of everything. */
class GeneratedProgramsTest {
    private static final int COUNT = RunSize.of(300, 20_000);
    private final ProgramGenerator generator = new ProgramGenerator(Weights.everything());

    @Test
    @RequiresFeature(Feature.BPF_PROGRAMS)
    void kernelAcceptsNearlyAllAndEachConstruct() {
        Set<Construct> accepted = EnumSet.noneOf(Construct.class);
        TreeMap<String, Integer> reasons = new TreeMap<>();
        int count = 0;
        for (long seed = 0; seed < COUNT; seed++) {
            RandomProgram program = generator.generate(seed);
            try {
                KernelCollection.load(program.programs(), program.maps(), true).close();
                accepted.addAll(program.constructs());
                count++;
            } catch (KernelProgram.Rejected e) {
                reasons.merge(lastLine(e), 1, Integer::sum);
            }
        }
        System.out.println(count + " of " + COUNT + " random programs accepted; refused: " + reasons);
        assertTrue(count >= COUNT * 0.9, () -> "too many are refused: " + reasons);
        assertEquals(EnumSet.allOf(Construct.class), accepted);
    }

    private static String lastLine(KernelProgram.Rejected rejection) {
        List<String> lines = rejection.getMessage().strip().lines().toList();
        boolean summary = lines.getLast().startsWith("processed");
        return lines.get(Math.max(0, lines.size() - (summary ? 2 : 1)));
    }

    @Test
    void containsEachInstructionInEachForm() {
        Set<String> found = new TreeSet<>();
        for (long seed = 0; seed < 500; seed++) {
            for (ProgramSpec program : generator.generate(seed).programs()) {
                program.code().instructions().forEach(each -> found.add(form(each)));
            }
        }
        List<String> missing = new ArrayList<>(forms());
        missing.removeAll(found);
        assertEquals(List.of(), missing);
    }

    @Test
    void sameSeedGivesSameProgram() {
        for (long seed = 0; seed < 50; seed++) {
            assertEquals(generator.generate(seed), generator.generate(seed));
        }
    }

    @Test
    void switchedOffConstructsDoNotOccur() {
        ProgramGenerator arithmetic = new ProgramGenerator(Weights.only(Construct.ALU64, Construct.IF_64));
        for (long seed = 0; seed < 50; seed++) {
            RandomProgram program = arithmetic.generate(seed);
            assertTrue(Set.of(Construct.ALU64, Construct.IF_64).containsAll(program.constructs()));
            assertEquals(List.of(), program.maps());
        }
    }

    // ---- what there is ------------------------------------------------------------------------------

    private static Set<String> forms() {
        Set<String> forms = new TreeSet<>();
        for (boolean is64 : new boolean[] {false, true}) {
            for (Operand operand : List.of(Operand.register(0), Operand.immediate(0))) {
                for (AluOp op : AluOp.values()) {
                    forms.add(form(new Instruction.Alu(is64, op, 0, operand)));
                }
                for (Condition condition : Condition.values()) {
                    forms.add(form(new Instruction.Branch(is64, condition, 0, operand, (short) 0)));
                }
            }
            forms.add(form(new Instruction.Negate(is64, 0)));
            forms.add(form(new Instruction.MoveSigned(is64, 0, 0, 8)));
            forms.add(form(new Instruction.MoveSigned(is64, 0, 0, 16)));
            forms.add(form(new Instruction.Jump(is64, 0)));
        }
        forms.add(form(new Instruction.MoveSigned(true, 0, 0, 32)));
        for (Instruction.ByteSwap.Order order : Instruction.ByteSwap.Order.values()) {
            for (int bits = 16; bits <= 64; bits *= 2) {
                forms.add(form(new Instruction.ByteSwap(0, order, bits)));
            }
        }
        addMemoryForms(forms);
        return forms;
    }

    private static void addMemoryForms(Set<String> forms) {
        for (MemorySize size : MemorySize.values()) {
            forms.add(form(new Instruction.Load(size, false, 0, 0, (short) 0)));
            forms.add(form(new Instruction.Store(size, 0, (short) 0, Operand.register(0))));
            forms.add(form(new Instruction.Store(size, 0, (short) 0, Operand.immediate(0))));
            forms.add(form(new Instruction.OrderedAccess(size, true, 0, 0, (short) 0)));
            forms.add(form(new Instruction.OrderedAccess(size, false, 0, 0, (short) 0)));
            if (size != MemorySize.DOUBLE) {
                forms.add(form(new Instruction.Load(size, true, 0, 0, (short) 0)));
            }
        }
        for (AtomicOp op : AtomicOp.values()) {
            forms.add(form(new Instruction.Atomic(MemorySize.WORD, op, true, 0, (short) 0, 0)));
            forms.add(form(new Instruction.Atomic(MemorySize.DOUBLE, op, true, 0, (short) 0, 0)));
            if (op != AtomicOp.XCHG && op != AtomicOp.CMPXCHG) {
                forms.add(form(new Instruction.Atomic(MemorySize.WORD, op, false, 0, (short) 0, 0)));
                forms.add(form(new Instruction.Atomic(MemorySize.DOUBLE, op, false, 0, (short) 0, 0)));
            }
        }
    }

    private static String form(Instruction instruction) {
        return switch (instruction) {
            case Instruction.Alu alu -> "alu " + alu.is64() + " " + alu.op() + " " + form(alu.src());
            case Instruction.Negate negate -> "neg " + negate.is64();
            case Instruction.MoveSigned move -> "movs " + move.is64() + " " + move.fromBits();
            case Instruction.ByteSwap swap -> "swap " + swap.order() + " " + swap.bits();
            case Instruction.Load load -> "load " + load.size() + " " + load.signed();
            case Instruction.Store store -> "store " + store.size() + " " + form(store.src());
            case Instruction.Atomic atomic -> "atomic " + atomic.size() + " " + atomic.op() + " " + atomic.fetch();
            case Instruction.OrderedAccess access -> "ordered " + access.size() + " " + access.acquire();
            case Instruction.Jump jump -> "jump " + jump.isLong();
            case Instruction.Branch branch ->
                "branch " + branch.is64() + " " + branch.condition() + " " + form(branch.src());
            case Instruction.LoadWide wide -> "wide " + wide.kind();
            case Instruction.Call call -> "call " + call.kind();
            default -> instruction.getClass().getSimpleName();
        };
    }

    private static String form(Operand operand) {
        return operand.getClass().getSimpleName();
    }
}
