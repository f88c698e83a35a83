// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

/**
 * One instruction. What the binary form tells apart by reserved fields are different records here, so
 * no later stage looks at raw fields.
 *
 * <p>Places in a program are <b>slots</b> of 8 bytes, as in the kernel, in line information and in
 * jumps: a 64-bit immediate takes two slots. Offsets count slots from the instruction behind.
 *
 * <p>Constructors check ranges of fields, not whether a program makes sense.
 */
public sealed interface Instruction {
    int REGISTERS = 11;

    /** Slots that the instruction takes: 1, or 2 for {@link LoadWide}. */
    default int slots() {
        return 1;
    }

    /** {@code dst = dst op src}; 32-bit operations clear the upper half. {@link AluOp#MOV} is here, too. */
    record Alu(boolean is64, AluOp op, int dst, Operand src) implements Instruction {
        public Alu {
            checkRegister(dst);
        }
    }

    /** {@code dst = -dst}. */
    record Negate(boolean is64, int dst) implements Instruction {
        public Negate {
            checkRegister(dst);
        }
    }

    /**
     * {@code dst = sign extension of the low bits of src}, to 32 or 64 bits.
     *
     * @param fromBits 8, 16, or 32 (the last for 64-bit moves only)
     */
    record MoveSigned(boolean is64, int dst, int src, int fromBits) implements Instruction {
        public MoveSigned {
            checkRegister(dst);
            checkRegister(src);
            if (fromBits != 8 && fromBits != 16 && !(is64 && fromBits == 32)) {
                throw new IllegalArgumentException("fromBits=" + fromBits + ", is64=" + is64);
            }
        }
    }

    /**
     * Byte order of the low bits of a register; the bits above are cleared.
     *
     * @param order to little endian, to big endian, or swap always
     * @param bits 16, 32 or 64
     */
    record ByteSwap(int dst, Order order, int bits) implements Instruction {
        public enum Order {
            LITTLE,
            BIG,
            SWAP
        }

        public ByteSwap {
            checkRegister(dst);
            if (bits != 16 && bits != 32 && bits != 64) {
                throw new IllegalArgumentException("bits=" + bits);
            }
        }
    }

    /**
     * Loads a 64-bit immediate, a map, an address or a function; two slots.
     *
     * @param immediate of the first slot
     * @param nextImmediate of the second slot; 0 where the kind has no use for it
     */
    record LoadWide(int dst, WideKind kind, int immediate, int nextImmediate) implements Instruction {
        public LoadWide {
            checkRegister(dst);
            if (nextImmediate != 0 && !kind.usesNextImmediate()) {
                throw new IllegalArgumentException("nextImmediate=" + nextImmediate + " of " + kind);
            }
        }

        @Override
        public int slots() {
            return 2;
        }

        /** Both immediates as one number. */
        public long value() {
            return (long) nextImmediate << 32 | Integer.toUnsignedLong(immediate);
        }
    }

    /** {@code dst = *(size *)(base + offset)}, zero- or sign-extended to 64 bits. */
    record Load(MemorySize size, boolean signed, int dst, int base, short offset) implements Instruction {
        public Load {
            checkRegister(dst);
            checkRegister(base);
            if (signed && size == MemorySize.DOUBLE) {
                throw new IllegalArgumentException("a signed load is at most 4 bytes wide");
            }
        }
    }

    /** {@code *(size *)(base + offset) = src}. */
    record Store(MemorySize size, int base, short offset, Operand src) implements Instruction {
        public Store {
            checkRegister(base);
        }
    }

    /**
     * Atomic operation on {@code *(size *)(base + offset)}.
     *
     * @param size WORD or DOUBLE
     * @param fetch whether src gets the old value; always so for XCHG and CMPXCHG (there r0 gets it)
     */
    record Atomic(MemorySize size, AtomicOp op, boolean fetch, int base, short offset, int src) implements Instruction {
        public Atomic {
            checkRegister(base);
            checkRegister(src);
            if (size != MemorySize.WORD && size != MemorySize.DOUBLE) {
                throw new IllegalArgumentException("an atomic operation is 4 or 8 bytes wide");
            }
            if (!fetch && (op == AtomicOp.XCHG || op == AtomicOp.CMPXCHG)) {
                throw new IllegalArgumentException(op + " always fetches");
            }
        }
    }

    /**
     * Load-acquire or store-release ({@code BPF_LOAD_ACQ}, {@code BPF_STORE_REL}, kernel 6.15).
     *
     * @param acquire true: {@code register = *(size *)(base + offset)}; false: the store
     */
    record OrderedAccess(MemorySize size, boolean acquire, int register, int base, short offset)
            implements Instruction {
        public OrderedAccess {
            checkRegister(register);
            checkRegister(base);
        }
    }

    /**
     * Legacy packet access {@code BPF_LD | BPF_ABS} or {@code BPF_IND} (RFC 9669 section 5.6). Decoded so
     * that it can be refused by name: XDP programs may not use it.
     *
     * @param size at most WORD
     * @param index register added to the offset, or {@link #NO_INDEX} for the absolute form
     */
    record LoadPacket(MemorySize size, int index, int immediate) implements Instruction {
        public static final int NO_INDEX = -1;

        public LoadPacket {
            if (index != NO_INDEX) {
                checkRegister(index);
            }
            if (size == MemorySize.DOUBLE) {
                throw new IllegalArgumentException("a packet load is at most 4 bytes wide");
            }
        }
    }

    /**
     * Goes to another place always.
     *
     * @param isLong whether the 32-bit form ({@code gotol}) is meant; otherwise the offset fits 16 bits
     */
    record Jump(boolean isLong, int offset) implements Instruction {
        public Jump {
            if (!isLong && offset != (short) offset) {
                throw new IllegalArgumentException("offset=" + offset + " does not fit 16 bits");
            }
        }
    }

    /** Goes to another place if {@code dst condition src} holds, on 64 bits or on the low 32. */
    record Branch(boolean is64, Condition condition, int dst, Operand src, short offset) implements Instruction {
        public Branch {
            checkRegister(dst);
        }
    }

    /** Calls a helper, a subprogram or a kernel function; arguments in r1 to r5, result in r0. */
    record Call(CallKind kind, int target) implements Instruction {}

    /** Calls the helper whose number is in a register ({@code callx}, in the destination field); no kernel accepts it. */
    record CallRegister(int register) implements Instruction {
        public CallRegister {
            checkRegister(register);
        }
    }

    /** Returns r0 to the caller. */
    record Exit() implements Instruction {}

    /**
     * Refuses numbers of registers that do not exist.
     *
     * @throws IllegalArgumentException for anything but 0 to 10
     */
    static void checkRegister(int number) {
        if (number < 0 || number >= REGISTERS) {
            throw new IllegalArgumentException("register r" + number + " does not exist: r0 to r10 do");
        }
    }
}
