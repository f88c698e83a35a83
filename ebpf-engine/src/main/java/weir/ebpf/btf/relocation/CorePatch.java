// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.btf.relocation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import weir.ebpf.program.ProgramSpec;

/** Writes a relocated number into an instruction of one or two slots; RFC 9669 section 3 has the layout. */
final class CorePatch {
    private static final int SLOT_BYTES = 8;
    private static final int LD_IMM64 = 0x18;
    private static final int CALL = 0x85;
    private static final int SIZE_MASK = 0x18;

    private final ByteBuffer code;
    private final int at;
    private final int opcode;

    CorePatch(byte[] code, int at) {
        this.code = ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN);
        this.at = at;
        opcode = Byte.toUnsignedInt(code[at]);
    }

    /**
     * Puts a number in.
     *
     * @param before what the compiler must have written where it is certain
     * @param sizeMayChange whether another access size gives the same value
     * @return false, and nothing written, if a load or store would read the field wrongly
     */
    boolean put(CoreValue before, CoreValue after, boolean sizeMayChange) throws CoreSpec.BadPath {
        switch (opcode & 7) {
            case 4, 7 -> putImmediate(before, after);
            case 1, 2, 3 -> {
                return putOffset(before, after, sizeMayChange);
            }
            case 0 -> putWide(before, after);
            default ->
                throw new CoreSpec.BadPath(
                        "no instruction with opcode 0x" + Integer.toHexString(opcode) + " can be relocated");
        }
        return true;
    }

    /** Makes it a call that no verifier lets pass, unless the place is never reached. */
    void poison() {
        if (opcode == LD_IMM64 && at + 2 * SLOT_BYTES <= code.capacity()) {
            poison(at + SLOT_BYTES);
        }
        poison(at);
    }

    private void poison(int place) {
        code.putInt(place, CALL);
        code.putInt(place + 4, ProgramSpec.POISON_HELPER);
    }

    private void putImmediate(CoreValue before, CoreValue after) throws CoreSpec.BadPath {
        if ((opcode & 8) != 0) {
            throw new CoreSpec.BadPath("the instruction has no immediate");
        }
        expect(before, code.getInt(at + 4));
        code.putInt(at + 4, (int) after.number());
    }

    private boolean putOffset(CoreValue before, CoreValue after, boolean sizeMayChange) throws CoreSpec.BadPath {
        expect(before, code.getShort(at + 2));
        if (after.number() < 0 || after.number() > Short.MAX_VALUE) {
            throw new CoreSpec.BadPath("offset " + after.number() + " is too large for a load or store");
        }
        if (!sizeMayChange) {
            return false;
        }
        if (before.accessBytes() != after.accessBytes()) {
            if (sizeBytes() != before.accessBytes()) {
                throw new CoreSpec.BadPath(
                        "the instruction accesses " + sizeBytes() + " bytes, the field has " + before.accessBytes());
            }
            code.put(at, (byte) ((opcode & ~SIZE_MASK) | sizeBits(after.accessBytes())));
        }
        code.putShort(at + 2, (short) after.number());
        return true;
    }

    private void putWide(CoreValue before, CoreValue after) throws CoreSpec.BadPath {
        if (opcode != LD_IMM64 || at + 2 * SLOT_BYTES > code.capacity()) {
            throw new CoreSpec.BadPath(
                    "no instruction with opcode 0x" + Integer.toHexString(opcode) + " can be relocated");
        }
        boolean isPlain = (code.get(at + 1) & 0xf0) == 0 && code.getShort(at + 2) == 0 && code.getInt(at + 8) == 0;
        if (!isPlain) {
            throw new CoreSpec.BadPath("the 64-bit immediate is no plain number");
        }
        expect(before, ((long) code.getInt(at + 12) << 32) | Integer.toUnsignedLong(code.getInt(at + 4)));
        code.putInt(at + 4, (int) after.number());
        code.putInt(at + 12, (int) (after.number() >> 32));
    }

    private static void expect(CoreValue before, long found) throws CoreSpec.BadPath {
        if (before.isCertain() && before.number() != found) {
            throw new CoreSpec.BadPath(
                    "the instruction has " + found + " where the object's own types give " + before.number());
        }
    }

    private int sizeBytes() {
        return switch (opcode & SIZE_MASK) {
            case 0x00 -> 4;
            case 0x08 -> 2;
            case 0x10 -> 1;
            default -> 8;
        };
    }

    private static int sizeBits(long bytes) throws CoreSpec.BadPath {
        return switch ((int) bytes) {
            case 4 -> 0x00;
            case 2 -> 0x08;
            case 1 -> 0x10;
            case 8 -> 0x18;
            default -> throw new CoreSpec.BadPath("no load reads " + bytes + " bytes");
        };
    }
}
