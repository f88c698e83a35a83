// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.classic;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Filters and frames with a seed. */
public final class RandomFilters {
    private static final int[] BINARY = {
        ClassicOpcode.ADD, ClassicOpcode.SUB, ClassicOpcode.MUL, ClassicOpcode.DIV, ClassicOpcode.OR,
        ClassicOpcode.AND, ClassicOpcode.LSH, ClassicOpcode.RSH, ClassicOpcode.MOD, ClassicOpcode.XOR
    };
    private static final int[] CONDITIONS = {ClassicOpcode.JEQ, ClassicOpcode.JGT, ClassicOpcode.JGE, ClassicOpcode.JSET
    };
    private static final int[] SIZES = {ClassicOpcode.WORD, ClassicOpcode.HALF, ClassicOpcode.BYTE};
    private static final int[] CONSTANTS = {0, 1, 2, 4, 12, 14, 15, 31, 0x45, 0x800, 0xffff, 0x7fffffff, -1, -2};
    private static final int MANY = 40;

    private RandomFilters() {}

    /** Mostly one that is accepted: jumps stay inside, scratch words are written first. */
    public static List<ClassicInstruction> filter(RandomGenerator random) {
        List<ClassicInstruction> made = new ArrayList<>();
        int length = 2 + random.nextInt(MANY);
        int words = random.nextInt(3);
        for (int word = 0; word < words && made.size() < length - 1; word++) {
            made.add(of(random.nextBoolean() ? ClassicOpcode.ST : ClassicOpcode.STX, word));
        }
        while (made.size() < length - 1) {
            made.add(any(random, length - made.size() - 1, words));
        }
        made.add(random.nextBoolean() ? of(ClassicOpcode.RET | ClassicOpcode.A, 0) : of(ClassicOpcode.RET, k(random)));
        return made;
    }

    private static ClassicInstruction any(RandomGenerator random, int behind, int words) {
        int source = random.nextBoolean() ? ClassicOpcode.X : ClassicOpcode.K;
        return switch (random.nextInt(16)) {
            case 0, 1, 2 -> of(ClassicOpcode.LD | ClassicOpcode.ABS | pick(random, SIZES), random.nextInt(70));
            case 3 -> of(ClassicOpcode.LD | ClassicOpcode.IND | pick(random, SIZES), random.nextInt(40) - 4);
            case 4 -> of(ClassicOpcode.LDX | ClassicOpcode.MSH | ClassicOpcode.BYTE, random.nextInt(40));
            case 5 -> of(ClassicOpcode.LD | ClassicOpcode.LEN, 0);
            case 6 -> of((random.nextBoolean() ? ClassicOpcode.LD : ClassicOpcode.LDX) | ClassicOpcode.IMM, k(random));
            case 7 ->
                words == 0
                        ? of(ClassicOpcode.LDX | ClassicOpcode.LEN, 0)
                        : of(
                                (random.nextBoolean() ? ClassicOpcode.LD : ClassicOpcode.LDX) | ClassicOpcode.MEM,
                                random.nextInt(words));
            case 8 -> of(ClassicOpcode.MISC | (random.nextBoolean() ? ClassicOpcode.TAX : ClassicOpcode.TXA), 0);
            case 9, 10, 11 -> arithmetic(random, source);
            case 12 -> of(ClassicOpcode.JMP | ClassicOpcode.JA, random.nextInt(Math.max(1, Math.min(behind, 6))));
            case 13 -> of(ClassicOpcode.LD | ClassicOpcode.ABS, -0x1000 + 40 + 4 * random.nextInt(3));
            default ->
                new ClassicInstruction(
                        ClassicOpcode.JMP | pick(random, CONDITIONS) | source,
                        random.nextInt(Math.max(1, Math.min(behind, 8))),
                        random.nextInt(Math.max(1, Math.min(behind, 8))),
                        k(random));
        };
    }

    private static ClassicInstruction arithmetic(RandomGenerator random, int source) {
        if (random.nextInt(8) == 0) {
            return of(ClassicOpcode.ALU | ClassicOpcode.NEG, 0);
        }
        int operation = pick(random, BINARY);
        boolean shifts = operation == ClassicOpcode.LSH || operation == ClassicOpcode.RSH;
        return of(ClassicOpcode.ALU | operation | source, shifts ? random.nextInt(32) : 1 + random.nextInt(1000));
    }

    /** One instruction changed in one field: what the kernel refuses, and what it does not. */
    public static List<ClassicInstruction> damaged(RandomGenerator random) {
        List<ClassicInstruction> filter = new ArrayList<>(filter(random));
        int at = random.nextInt(filter.size());
        ClassicInstruction old = filter.get(at);
        filter.set(
                at,
                switch (random.nextInt(4)) {
                    case 0 -> new ClassicInstruction(random.nextInt(256), old.jt(), old.jf(), old.k());
                    case 1 -> new ClassicInstruction(old.code(), random.nextInt(60), old.jf(), old.k());
                    case 2 -> new ClassicInstruction(old.code(), old.jt(), random.nextInt(60), old.k());
                    default -> new ClassicInstruction(old.code(), old.jt(), old.jf(), random.nextInt(60));
                });
        return filter;
    }

    /** Often with the beginning of an IPv4 packet. */
    public static byte[] frame(RandomGenerator random) {
        byte[] frame = new byte[1 + random.nextInt(random.nextBoolean() ? 90 : 1500)];
        random.nextBytes(frame);
        if (frame.length > 14 && random.nextBoolean()) {
            frame[12] = 8;
            frame[13] = 0;
            frame[14] = 0x45;
        }
        return frame;
    }

    /** Offsets from the link's or network's header, {@code SKF_LL_OFF} and {@code SKF_NET_OFF}, and what is below both. */
    public static boolean countsFromAHeader(List<ClassicInstruction> instructions) {
        return instructions.stream().anyMatch(each -> ClassicOpcode.isAbsoluteLoad(each.code()) && each.k() < 0);
    }

    private static ClassicInstruction of(int code, int k) {
        return new ClassicInstruction(code, 0, 0, k);
    }

    private static int pick(RandomGenerator random, int[] values) {
        return values[random.nextInt(values.length)];
    }

    private static int k(RandomGenerator random) {
        return random.nextInt(4) == 0 ? random.nextInt() : pick(random, CONSTANTS);
    }
}
