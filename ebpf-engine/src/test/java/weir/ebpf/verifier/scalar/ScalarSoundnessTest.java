// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.scalar;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.Arithmetic;
import weir.ebpf.isa.Condition;
import weir.ebpf.isa.Instruction.ByteSwap.Order;
import weir.ebpf.random.Seeds;
import weir.testing.RunSize;

/**
 * A few registers that are calculated with at random, with numbers and with what is known of them: each number
 * stays inside what is known, whichever operation comes and whichever way a branch goes.
 */
class ScalarSoundnessTest {
    private static final int RUNS = RunSize.of(20_000, 2_000_000);
    private static final int STEPS = 25;
    private static final int REGISTERS = 4;
    private static final AluOp[] OPS = AluOp.values();
    private static final Condition[] CONDITIONS = Condition.values();
    private static final Order[] ORDERS = Order.values();
    private static final long[] TELLING = {
        0, 1, -1, 2, 7, 8, 31, 63, 64, 255, 256, 0x7fff_ffffL, 0x8000_0000L, 0xffff_ffffL, 1L << 32, Long.MIN_VALUE
    };

    private SplittableRandom random = new SplittableRandom();
    private final long[] numbers = new long[REGISTERS];
    private final Scalar[] known = new Scalar[REGISTERS];

    @Test
    void numbersStayInsideWhatIsKnownOfThem() {
        for (long seed : Seeds.of(RUNS)) {
            random = new SplittableRandom(seed);
            for (int i = 0; i < REGISTERS; i++) {
                fill(i);
            }
            StringBuilder trace = new StringBuilder("seed " + seed);
            for (int i = 0; i < STEPS; i++) {
                int target = random.nextInt(REGISTERS);
                step(target, random.nextInt(REGISTERS), trace);
                for (int r = 0; r < REGISTERS; r++) {
                    int register = r;
                    assertTrue(
                            known[r].contains(numbers[r]),
                            () -> trace + "\nr" + register + " is " + numbers[register] + ", not " + known[register]);
                }
            }
        }
    }

    private void fill(int register) {
        long number = random.nextBoolean() ? TELLING[random.nextInt(TELLING.length)] : random.nextLong();
        int bits = 8 << random.nextInt(4);
        switch (random.nextInt(3)) {
            case 0 -> set(register, number, Scalar.constant(number));
            case 1 -> set(register, Arithmetic.truncate(bits, number), Scalar.zeroExtended(bits));
            default -> set(register, Arithmetic.signExtend64(number, bits), Scalar.signExtended(bits));
        }
    }

    private void set(int register, long number, Scalar scalar) {
        numbers[register] = number;
        known[register] = scalar;
    }

    private void step(int target, int source, StringBuilder trace) {
        trace.append('\n').append(known[target]).append(" and ").append(known[source]).append(": ");
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> calculate(target, source, trace);
            case 3, 4, 5 -> branch(target, source, trace);
            case 6 -> extend(target, trace);
            default -> fill(target);
        }
    }

    private void calculate(int target, int source, StringBuilder trace) {
        AluOp op = OPS[random.nextInt(OPS.length)];
        boolean is64 = random.nextBoolean();
        trace.append(op).append(is64);
        long a = numbers[target];
        long b = numbers[source];
        long result =
                is64 ? Arithmetic.alu64(op, a, b) : Arithmetic.zeroExtend(Arithmetic.alu32(op, (int) a, (int) b));
        set(target, result, ScalarArithmetic.apply(op, is64, known[target], known[source]));
    }

    private void branch(int left, int right, StringBuilder trace) {
        Condition condition = CONDITIONS[random.nextInt(CONDITIONS.length)];
        boolean is64 = random.nextBoolean();
        boolean holds = is64
                ? Arithmetic.compare64(condition, numbers[left], numbers[right])
                : Arithmetic.compare32(condition, (int) numbers[left], (int) numbers[right]);
        trace.append(condition).append(is64).append(holds);
        ScalarBranch.Outcome outcome = ScalarBranch.decide(condition, is64, known[left], known[right]);
        assertTrue(outcome != (holds ? ScalarBranch.Outcome.NEVER : ScalarBranch.Outcome.ALWAYS), trace::toString);
        ScalarBranch.@Nullable Refined refined =
                ScalarBranch.refine(condition, is64, holds, known[left], known[right]);
        assertTrue(refined != null, trace::toString);
        if (refined != null && left != right) {
            known[left] = refined.left();
            known[right] = refined.right();
        }
    }

    private void extend(int register, StringBuilder trace) {
        int bits = 8 << random.nextInt(3);
        long number = numbers[register];
        boolean is64 = random.nextBoolean();
        Order order = ORDERS[random.nextInt(ORDERS.length)];
        trace.append("extend ").append(bits).append(is64).append(order);
        switch (random.nextInt(3)) {
            case 0 -> {
                long extended = is64
                        ? Arithmetic.signExtend64(number, bits)
                        : Arithmetic.zeroExtend(Arithmetic.signExtend32((int) number, bits));
                set(register, extended, ScalarArithmetic.signExtend(is64, bits, known[register]));
            }
            case 1 ->
                set(
                        register,
                        is64 ? Arithmetic.signExtend64(number, bits) : Arithmetic.truncate(bits, number),
                        ScalarArithmetic.truncate(bits / Byte.SIZE, is64, known[register]));
            default ->
                set(
                        register,
                        Arithmetic.byteSwap(order, 2 * bits, number),
                        ScalarArithmetic.swap(order, 2 * bits, known[register]));
        }
    }
}
