// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import weir.ebpf.isa.Instruction.ByteSwap.Order;

/** Any instruction that can be made, edges of fields preferred; the code it makes need not make sense. */
final class RandomInstructions {
    private static final String PROPERTY = "weir.seed";
    private static final int KINDS = Instruction.class.getPermittedSubclasses().length;

    private final RandomGenerator random;

    RandomInstructions(RandomGenerator random) {
        this.random = random;
    }

    /** With a new seed, which is printed, or with the one of {@code -Dweir.seed}. */
    static RandomGenerator random() {
        long seed = Long.getLong(PROPERTY, System.nanoTime());
        System.out.println("seed " + seed + " (-D" + PROPERTY + "=N runs that one)");
        return new SplittableRandom(seed);
    }

    Instruction next() {
        return switch (random.nextInt(KINDS)) {
            case 0 -> new Instruction.Alu(random.nextBoolean(), any(AluOp.values()), register(), operand());
            case 1 -> new Instruction.Negate(random.nextBoolean(), register());
            case 2 -> moveSigned();
            case 3 -> new Instruction.ByteSwap(register(), any(Order.values()), 16 << random.nextInt(3));
            case 4 -> loadWide();
            case 5 -> load();
            case 6 -> new Instruction.Store(any(MemorySize.values()), register(), offset(), operand());
            case 7 -> atomic();
            case 8 ->
                new Instruction.OrderedAccess(
                        any(MemorySize.values()), random.nextBoolean(), register(), register(), offset());
            case 9 ->
                new Instruction.LoadPacket(any(MemorySize.BYTE, MemorySize.HALF, MemorySize.WORD), index(), number());
            case 10 -> jump();
            case 11 ->
                new Instruction.Branch(random.nextBoolean(), any(Condition.values()), register(), operand(), offset());
            case 12 -> new Instruction.Call(any(CallKind.values()), number());
            case 13 -> new Instruction.CallRegister(register());
            default -> new Instruction.Exit();
        };
    }

    private Instruction moveSigned() {
        boolean is64 = random.nextBoolean();
        int fromBits = 8 << random.nextInt(is64 ? 3 : 2);
        return new Instruction.MoveSigned(is64, register(), register(), fromBits);
    }

    private Instruction loadWide() {
        WideKind kind = any(WideKind.values());
        return new Instruction.LoadWide(register(), kind, number(), kind.usesNextImmediate() ? number() : 0);
    }

    private Instruction load() {
        MemorySize size = any(MemorySize.values());
        boolean signed = size != MemorySize.DOUBLE && random.nextBoolean();
        return new Instruction.Load(size, signed, register(), register(), offset());
    }

    private Instruction atomic() {
        AtomicOp op = any(AtomicOp.values());
        boolean fetch = op == AtomicOp.XCHG || op == AtomicOp.CMPXCHG || random.nextBoolean();
        MemorySize size = any(MemorySize.WORD, MemorySize.DOUBLE);
        return new Instruction.Atomic(size, op, fetch, register(), offset(), register());
    }

    private Instruction jump() {
        boolean isLong = random.nextBoolean();
        return new Instruction.Jump(isLong, isLong ? number() : offset());
    }

    private int index() {
        return random.nextBoolean() ? Instruction.LoadPacket.NO_INDEX : register();
    }

    private Operand operand() {
        return random.nextBoolean() ? Operand.register(register()) : Operand.immediate(number());
    }

    private int register() {
        return random.nextInt(Instruction.REGISTERS);
    }

    private short offset() {
        return (short) (number() >> random.nextInt(17));
    }

    private int number() {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(-2, 3);
            case 1 -> random.nextBoolean() ? Integer.MIN_VALUE : Integer.MAX_VALUE;
            default -> random.nextInt() >> random.nextInt(32);
        };
    }

    @SafeVarargs
    private <T> T any(T... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
