// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.scalar;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.CallKind;
import weir.ebpf.isa.Condition;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.MemorySize;
import weir.ebpf.isa.Operand;

/**
 * A random program of arithmetic and comparisons in r6 to r9. Its last access is one that the kernel refuses, so that it
 * prints what it knew after each instruction on the way there. Every branch skips one instruction, a marker. No number is
 * copied from one register to another, since the kernel would learn of both at once.
 */
final class ScalarProgram {
    private static final int FIRST = 6;
    private static final int REGISTERS = 4;
    private static final int MARKER = 5;
    private static final int RANDOM_HELPER = 7;
    private static final int[] CAST_BITS = {Byte.SIZE, Short.SIZE, Integer.SIZE};
    private static final int[] SWAP_BITS = {Short.SIZE, Integer.SIZE, Long.SIZE};
    private static final List<AluOp> CONSTRAINING = List.of(AluOp.AND, AluOp.RSH, AluOp.ARSH, AluOp.OR, AluOp.AND);
    private static final List<AluOp> OPS = List.of(AluOp.values());
    private static final List<Condition> CONDITIONS = List.of(Condition.values());
    private static final List<Instruction.ByteSwap.Order> ORDERS = List.of(Instruction.ByteSwap.Order.values());

    private final RandomGenerator random;
    private final List<Instruction> instructions = new ArrayList<>();

    private ScalarProgram(RandomGenerator random) {
        this.random = random;
    }

    static List<Instruction> generate(RandomGenerator random, int length) {
        ScalarProgram program = new ScalarProgram(random);
        for (int register = FIRST; register < FIRST + REGISTERS; register++) {
            program.renew(register);
        }
        while (program.instructions.size() < length) {
            program.step();
        }
        program.end();
        return program.instructions;
    }

    private void step() {
        int dst = register();
        switch (random.nextInt(12)) {
            case 0, 1 -> {
                renew(dst);
                constrain(dst);
            }
            case 2, 3, 4, 5 -> branch(dst);
            case 6 -> instructions.add(oneOperand(dst));
            default -> alu(dst);
        }
    }

    private <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    private int register() {
        return FIRST + random.nextInt(REGISTERS);
    }

    /** An unknown number. */
    private void renew(int register) {
        instructions.add(new Instruction.Call(CallKind.HELPER, RANDOM_HELPER));
        instructions.add(new Instruction.Alu(true, AluOp.MOV, register, Operand.register(0)));
    }

    private void constrain(int register) {
        boolean is64 = random.nextInt(3) != 0;
        AluOp op = pick(CONSTRAINING);
        instructions.add(new Instruction.Alu(is64, op, register, Operand.immediate(immediate(op, is64))));
        if (random.nextBoolean()) {
            branch(register);
        }
    }

    private void alu(int dst) {
        boolean is64 = random.nextInt(3) != 0;
        AluOp op = pick(OPS);
        Operand src = op == AluOp.MOV || random.nextBoolean()
                ? Operand.immediate(immediate(op, is64))
                : Operand.register(register());
        instructions.add(new Instruction.Alu(is64, op, dst, src));
    }

    private Instruction oneOperand(int dst) {
        boolean is64 = random.nextBoolean();
        return switch (random.nextInt(3)) {
            case 0 -> new Instruction.Negate(is64, dst);
            case 1 -> {
                int bits = CAST_BITS[random.nextInt(is64 ? CAST_BITS.length : CAST_BITS.length - 1)];
                yield new Instruction.MoveSigned(is64, dst, dst, bits);
            }
            default -> {
                int bits = SWAP_BITS[random.nextInt(SWAP_BITS.length)];
                yield new Instruction.ByteSwap(dst, pick(ORDERS), bits);
            }
        };
    }

    private void branch(int dst) {
        boolean is64 = random.nextInt(3) != 0;
        Condition condition = pick(CONDITIONS);
        int other = register();
        Operand src = other == dst || random.nextBoolean()
                ? Operand.immediate(immediate(AluOp.ADD, is64))
                : Operand.register(other);
        instructions.add(new Instruction.Branch(is64, condition, dst, src, (short) 1));
        instructions.add(new Instruction.Alu(true, AluOp.MOV, MARKER, Operand.immediate(1)));
    }

    /** One that the instruction takes: divisors are not 0, shift counts are below the width. */
    private int immediate(AluOp op, boolean is64) {
        if (SmallWords.isShift(op)) {
            return random.nextInt(is64 ? Long.SIZE : Integer.SIZE);
        }
        int number = (int) RandomScalar.number(random);
        int value = random.nextBoolean() ? number : number >> random.nextInt(Integer.SIZE);
        return value == 0 ? 1 : value;
    }

    private void end() {
        instructions.add(new Instruction.Call(CallKind.HELPER, RANDOM_HELPER));
        instructions.add(new Instruction.Load(MemorySize.DOUBLE, false, 0, 0, (short) 0));
        instructions.add(new Instruction.Exit());
    }
}
