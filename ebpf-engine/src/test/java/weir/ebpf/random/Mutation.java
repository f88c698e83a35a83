// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/**
 * One field of one instruction changed, as a slip of the pen would: a register, an offset, an immediate, an
 * opcode; or the instruction jumped over. Most results are refused, and those that are not are the ones that
 * a verifier must get right.
 */
public final class Mutation {
    private static final int SLOT_BYTES = 8;
    private static final int REGISTERS = 1;
    private static final int OFFSET = 2;
    private static final int IMMEDIATE = 4;
    private static final int NIBBLE = 4;
    /** {@code BPF_LD | BPF_IMM | BPF_DW}: two slots. */
    private static final byte WIDE = 0x18;
    /** {@code BPF_JMP | BPF_JA}: with offset 0 it does nothing. */
    private static final byte JUMP = 0x05;

    private static final int[] STEPS = {1, -1, 2, -2, 4, -4, 8, -8, 16, 64, -64, 256};
    private static final int[] NUMBERS = {0, 1, -1, 7, 8, 31, 63, 64, 255, 511, 512, 0x7fff, 0xffff, 1 << 29, 1 << 31};

    private final ByteBuffer code;
    private final SplittableRandom random;

    private Mutation(byte[] code, SplittableRandom random) {
        this.code = ByteBuffer.wrap(code.clone()).order(ByteOrder.LITTLE_ENDIAN);
        this.random = random;
    }

    /**
     * Changes one instruction.
     *
     * @param code instructions of 8 bytes; stays as it is
     */
    public static byte[] of(byte[] code, SplittableRandom random) {
        Mutation mutation = new Mutation(code, random);
        mutation.change(mutation.anyInstruction());
        return mutation.code.array();
    }

    private int anyInstruction() {
        int slot = random.nextInt(code.capacity() / SLOT_BYTES);
        boolean isSecondHalf = slot > 0 && code.get(SLOT_BYTES * (slot - 1)) == WIDE;
        return SLOT_BYTES * (isSecondHalf ? slot - 1 : slot);
    }

    private void change(int at) {
        boolean isWide = code.get(at) == WIDE;
        switch (random.nextInt(isWide ? 4 : 8)) {
            case 0 -> changeRegister(at, 0);
            case 1 -> code.putInt(at + IMMEDIATE, changed(code.getInt(at + IMMEDIATE)));
            case 2 -> code.putInt(at + IMMEDIATE, NUMBERS[random.nextInt(NUMBERS.length)]);
            case 3 -> changeRegister(at, NIBBLE);
            case 4 -> code.putShort(at + OFFSET, (short) changed(code.getShort(at + OFFSET)));
            case 5 -> code.put(at, code.get(otherNarrow(at)));
            case 6 -> code.put(at, (byte) (code.get(at) ^ (1 << random.nextInt(Byte.SIZE))));
            default -> code.putLong(at, JUMP);
        }
    }

    private void changeRegister(int at, int shift) {
        int registers = code.get(at + REGISTERS) & ~(0xf << shift);
        code.put(at + REGISTERS, (byte) (registers | (random.nextInt(11) << shift)));
    }

    private int changed(int number) {
        return number + STEPS[random.nextInt(STEPS.length)];
    }

    /** Another instruction of one slot; this one where chance finds none. */
    private int otherNarrow(int at) {
        int other = anyInstruction();
        return code.get(other) == WIDE ? at : other;
    }
}
