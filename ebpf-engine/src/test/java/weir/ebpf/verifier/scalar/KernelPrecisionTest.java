// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.scalar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.Operand;
import weir.ebpf.kernel.KernelProgram;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.random.Seeds;
import weir.testing.Feature;
import weir.testing.RequiresFeature;
import weir.testing.RunSize;

/**
 * The running kernel's verifier as the measure: for the operands that it logs, each result here says at least as much,
 * every branch that it decides is decided here, and what both know alike is printed alike.
 *
 * <p>Where the kernel walks a branch that no run takes, it may come to know contradictory things of a register: it
 * says so ({@code REG INVARIANTS VIOLATION}), prints what it goes on with, and there is nothing to compare.
 */
@RequiresFeature(Feature.BPF_PROGRAMS)
class KernelPrecisionTest {
    /** Few: the kernel takes its time to free a program. */
    private static final int PROGRAMS = RunSize.of(12, 100);

    private static final int LENGTH = 400;
    private static final Pattern STEP = Pattern.compile("^(\\d+): \\([0-9a-f]{2}\\) ");
    private static final Pattern NEXT_STEP = Pattern.compile("\n(?=\\d+: \\([0-9a-f]{2}\\) )");
    private static final long CONTRADICTION_SEED = 574_624_000_006L;
    private static final String CONTRADICTION = "REG INVARIANTS VIOLATION";

    private int compared;
    private int sharper;
    private int printed;
    private int contradictions;

    @Test
    void everyResultIsAtLeastAsSharpAsTheKernels() {
        for (long seed : RunSize.isFull() ? Seeds.of(PROGRAMS) : Seeds.known(PROGRAMS)) {
            check(seed);
        }
        System.out.println(compared + " results compared with the kernel's, " + sharper + " sharper, " + printed
                + " texts alike; " + contradictions + " contradictions of the kernel's");
        assertTrue(printed > 0 && compared > PROGRAMS);
    }

    /**
     * Of r8 the kernel knows that its low half is 0 and that it is 0x1fffff or more, not that it is then 2^32 or more,
     * so it follows {@code r7 s> r8} for an r7 of 32 bits, and goes on with 0 in r8.
     */
    @Test
    void goesOnWithWhatTheKernelPrintsAfterAContradiction() {
        check(CONTRADICTION_SEED);
        assertTrue(compared > 0);
    }

    private void check(long seed) {
        List<Instruction> program = ScalarProgram.generate(new SplittableRandom(seed), LENGTH);
        ProgramSpec spec = ProgramSpec.of("scalars", Code.of(program));
        String log = assertThrows(KernelProgram.Rejected.class, () -> {
                    try (KernelProgram loaded = KernelProgram.load(spec, new int[0])) {
                        fail("the kernel took a load from a number, fd " + loaded.fd());
                    }
                })
                .getMessage();
        Map<Integer, KernelScalar> registers = new HashMap<>();
        List<String> steps = NEXT_STEP
                .splitAsStream(log)
                .filter(step -> STEP.matcher(step).lookingAt())
                .toList();
        assertTrue(steps.size() > LENGTH / 2, log);
        for (int i = 0; i + 1 < steps.size(); i++) {
            Map<Integer, KernelScalar> after = new HashMap<>(registers);
            after.putAll(KernelScalar.ofText(steps.get(i)));
            int index = index(steps.get(i));
            boolean jumped = index(steps.get(i + 1)) != index + 1;
            String where = "seed " + seed + ": " + steps.get(i) + "\n before: " + registers;
            if (steps.get(i).contains(CONTRADICTION)) {
                contradictions++;
            } else {
                compare(program.get(index), jumped, registers, after, where);
            }
            registers = after;
        }
    }

    private static int index(String step) {
        Matcher matcher = STEP.matcher(step);
        assertTrue(matcher.find());
        return Integer.parseInt(matcher.group(1));
    }

    private void compare(
            Instruction instruction,
            boolean jumped,
            Map<Integer, KernelScalar> before,
            Map<Integer, KernelScalar> after,
            String where) {
        switch (instruction) {
            case Instruction.Alu alu -> compareAlu(alu, before, after, where);
            case Instruction.Negate negate ->
                compare(
                        ScalarArithmetic.negate(negate.is64(), scalar(negate.dst(), before)),
                        negate.dst(),
                        after,
                        where);
            case Instruction.MoveSigned move ->
                compare(
                        ScalarArithmetic.signExtend(move.is64(), move.fromBits(), scalar(move.src(), before)),
                        move.dst(),
                        after,
                        where);
            case Instruction.ByteSwap swap ->
                compare(
                        ScalarArithmetic.swap(swap.order(), swap.bits(), scalar(swap.dst(), before)),
                        swap.dst(),
                        after,
                        where);
            case Instruction.Branch branch -> compareBranch(branch, jumped, before, after, where);
            default -> {}
        }
    }

    private void compareAlu(
            Instruction.Alu alu, Map<Integer, KernelScalar> before, Map<Integer, KernelScalar> after, String where) {
        if (!before.containsKey(alu.dst())) {
            return;
        }
        Scalar dst = scalar(alu.dst(), before);
        Scalar src = operand(alu.src(), before);
        if (!isForked(alu.op(), dst, src)) {
            compare(ScalarArithmetic.apply(alu.op(), alu.is64(), dst, src), alu.dst(), after, where);
        }
    }

    /** The kernel follows 0 and -1 as two states there, and logs the second only ({@code maybe_fork_scalars}). */
    private static boolean isForked(AluOp op, Scalar dst, Scalar src) {
        boolean zeroOrAllBits = (dst.smin() == -1 && dst.smax() == 0) || (dst.s32min() == -1 && dst.s32max() == 0);
        return (op == AluOp.AND || op == AluOp.OR) && src.isConstant() && zeroOrAllBits;
    }

    private void compareBranch(
            Instruction.Branch branch,
            boolean jumped,
            Map<Integer, KernelScalar> before,
            Map<Integer, KernelScalar> after,
            String where) {
        Scalar left = scalar(branch.dst(), before);
        Scalar right = operand(branch.src(), before);
        ScalarBranch.Outcome outcome = ScalarBranch.decide(branch.condition(), branch.is64(), left, right);
        if (jumped) {
            assertEquals(ScalarBranch.Outcome.ALWAYS, outcome, where);
            return;
        }
        ScalarBranch.@Nullable Refined refined =
                ScalarBranch.refine(branch.condition(), branch.is64(), false, left, right);
        if (refined == null) {
            sharper++;
            return;
        }
        compare(refined.left(), branch.dst(), after, where);
        if (branch.src() instanceof Operand.Register register) {
            compare(refined.right(), register.number(), after, where);
        }
    }

    private static Scalar operand(Operand operand, Map<Integer, KernelScalar> registers) {
        return switch (operand) {
            case Operand.Register register -> scalar(register.number(), registers);
            case Operand.Immediate immediate -> Scalar.constant(immediate.value());
        };
    }

    private static Scalar scalar(int register, Map<Integer, KernelScalar> registers) {
        return registers.get(register).toScalar();
    }

    private void compare(Scalar result, int register, Map<Integer, KernelScalar> after, String where) {
        KernelScalar kernel = after.get(register);
        compared++;
        assertTrue(kernel.holdsFor(result), () -> where + "\n here: " + result);
        if (kernel.isAllThatIsKnownOf(result)) {
            printed++;
            assertEquals(kernel.text(), result.toString(), where);
        } else {
            sharper++;
        }
    }
}
