// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.function.IntConsumer;
import weir.ebpf.isa.AtomicOp;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.Operand;

/** Loads, stores, atomic operations. All plain accesses to memory are emitted by {@link #read} and {@link #write}. */
final class MemoryEmitter {
    private static final ClassDesc LONG_CLASS = ClassDesc.of("java.lang.Long");
    private static final int UNSIGNED_BYTE = 0xff;
    private static final int UNSIGNED_SHORT = 0xffff;

    private final Emission emission;
    private final CodeBuilder code;
    private final AluEmitter alu;
    private final ContextEmitter context;

    MemoryEmitter(Emission emission, AluEmitter alu) {
        this.emission = emission;
        this.code = emission.code;
        this.alu = alu;
        this.context = new ContextEmitter(emission, alu);
    }

    // ---- loads ---------------------------------------------------------------------------------------

    void load(Instruction.Load load) {
        int bytes = load.size().bytes();
        Place place = Place.of(emission, emission.known(load.base()), load.offset(), bytes, false);
        switch (place) {
            case Place.Local(int word, int firstBit) -> loadLocal(word, firstBit, bytes, load.signed());
            case Place.StackMemory(int offset) ->
                read(emission.register(StackUse.FRAME_POINTER), offset, bytes, load.signed());
            case Place.Field(int offset) -> {
                if (!context.load(load, offset)) {
                    return;
                }
            }
            case Place.Memory(Place.Check check) -> {
                loadChecked(load, check);
                return;
            }
            case Place.Unknown unknown -> {
                emission.pushSum(load.base(), load.offset());
                code.lstore(emission.scratch());
                loadAnything(load, emission.slot());
                return;
            }
        }
        emission.storeRegister(load.dst());
    }

    private void loadLocal(int word, int firstBit, int bytes, boolean isSigned) {
        code.lload(emission.word(word));
        if (bytes == Long.BYTES) {
            return;
        }
        if (firstBit != 0) {
            code.loadConstant(firstBit);
            code.lushr();
        }
        if (isSigned) {
            alu.signExtend(bytes * Byte.SIZE);
        } else {
            code.loadConstant(mask(bytes));
            code.land();
        }
    }

    private static long mask(int bytes) {
        return -1L >>> (Long.SIZE - bytes * Byte.SIZE);
    }

    private void loadChecked(Instruction.Load load, Place.Check check) {
        int bytes = load.size().bytes();
        if (check instanceof Place.Check.None) {
            read(emission.register(load.base()), load.offset(), bytes, load.signed());
            emission.storeRegister(load.dst());
            return;
        }
        int slot = emission.slot();
        Label slow = code.newLabel();
        Label done = code.newLabel();
        emission.pushSum(load.base(), load.offset());
        code.lstore(emission.scratch());
        check(check, load.base(), bytes, slow);
        read(emission.scratch(), 0, bytes, load.signed());
        emission.storeRegister(load.dst());
        code.labelBinding(done);
        emission.later(() -> {
            code.labelBinding(slow);
            loadAnything(load, slot);
            code.goto_(done);
        });
    }

    /** The address is in the scratch local. */
    private void loadAnything(Instruction.Load load, int slot) {
        emission.pushState();
        code.lload(emission.scratch());
        code.loadConstant(load.size().bytes());
        code.loadConstant(load.signed() ? 1 : 0);
        code.loadConstant(slot);
        emission.runtime(
                "load",
                MethodTypeDesc.of(Names.LONG, Names.CPU, Names.BINDING, Names.LONG, Names.INT, Names.INT, Names.INT));
        emission.storeRegister(load.dst());
        emission.failIfFailed();
    }

    // ---- stores --------------------------------------------------------------------------------------

    void store(Instruction.Store store) {
        int bytes = store.size().bytes();
        Place place = Place.of(emission, emission.known(store.base()), store.offset(), bytes, true);
        switch (place) {
            case Place.Local(int word, int firstBit) -> storeLocal(word, firstBit, bytes, store.src());
            case Place.StackMemory(int offset) -> write(store, emission.register(StackUse.FRAME_POINTER), offset);
            case Place.Memory(Place.Check check) -> storeChecked(store, check);
            case Place.Field(int offset) -> context.store(store, offset);
            case Place.Unknown unknown -> {
                emission.pushSum(store.base(), store.offset());
                code.lstore(emission.scratch());
                storeAnything(store, emission.slot());
            }
        }
    }

    private void storeLocal(int word, int firstBit, int bytes, Operand value) {
        if (bytes == Long.BYTES) {
            emission.push(value);
        } else {
            code.lload(emission.word(word));
            code.loadConstant(~(mask(bytes) << firstBit));
            code.land();
            if (value instanceof Operand.Immediate(int number)) {
                code.loadConstant((number & mask(bytes)) << firstBit);
            } else {
                emission.push(value);
                code.loadConstant(mask(bytes));
                code.land();
                code.loadConstant(firstBit);
                code.lshl();
            }
            code.lor();
        }
        code.lstore(emission.word(word));
    }

    private void storeChecked(Instruction.Store store, Place.Check check) {
        if (check instanceof Place.Check.None) {
            write(store, emission.register(store.base()), store.offset());
            return;
        }
        int slot = emission.slot();
        Label slow = code.newLabel();
        Label done = code.newLabel();
        emission.pushSum(store.base(), store.offset());
        code.lstore(emission.scratch());
        check(check, store.base(), store.size().bytes(), slow);
        write(store, emission.scratch(), 0);
        code.labelBinding(done);
        emission.later(() -> {
            code.labelBinding(slow);
            storeAnything(store, slot);
            code.goto_(done);
        });
    }

    private void write(Instruction.Store store, int addressLocal, int displacement) {
        write(addressLocal, displacement, store.size().bytes(), () -> emission.push(store.src()));
    }

    private void storeAnything(Instruction.Store store, int slot) {
        emission.pushState();
        code.lload(emission.scratch());
        emission.push(store.src());
        code.loadConstant(store.size().bytes());
        code.loadConstant(slot);
        emission.runtime(
                "store",
                MethodTypeDesc.of(Names.VOID, Names.CPU, Names.BINDING, Names.LONG, Names.LONG, Names.INT, Names.INT));
        emission.failIfFailed();
    }

    // ---- checks --------------------------------------------------------------------------------------

    /** Goes to {@code slow} unless the address in the scratch local passes. */
    private void check(Place.Check check, int base, int bytes, Label slow) {
        switch (check) {
            case Place.Check.None none -> {}
            case Place.Check.InFrame(boolean lower, boolean upper) -> {
                if (lower) {
                    code.lload(emission.scratch());
                    emission.pushMeta();
                    code.lcmp();
                    code.iflt(slow);
                }
                if (upper) {
                    code.lload(emission.scratch());
                    code.lload(emission.end());
                    code.loadConstant((long) bytes);
                    code.lsub();
                    code.lcmp();
                    code.ifgt(slow);
                }
            }
            case Place.Check.NotNull(int offset) -> {
                emission.loadRegister(base);
                code.loadConstant((long) offset);
                code.lcmp();
                code.ifeq(slow);
            }
            case Place.Check.InGlobal(int map, int valueBytes) -> {
                code.lload(emission.scratch());
                emission.maps.pushBase(map);
                code.lsub();
                code.loadConstant((long) valueBytes - bytes);
                code.invokestatic(LONG_CLASS, "compareUnsigned", MethodTypeDesc.of(Names.INT, Names.LONG, Names.LONG));
                code.ifgt(slow);
            }
        }
    }

    // ---- plain accesses ------------------------------------------------------------------------------

    /** Pushes what is at a local's value plus a displacement, widened to 64 bits. */
    private void read(int addressLocal, int displacement, int bytes, boolean isSigned) {
        pushMemory(bytes);
        emission.pushSumOf(addressLocal, displacement);
        code.invokeinterface(Names.SEGMENT, "get", MethodTypeDesc.of(carrier(bytes), layout(bytes), Names.LONG));
        switch (bytes) {
            case Byte.BYTES -> widen(UNSIGNED_BYTE, isSigned);
            case Short.BYTES -> widen(UNSIGNED_SHORT, isSigned);
            case Integer.BYTES -> {
                if (isSigned) {
                    code.i2l();
                } else {
                    emission.zeroExtend();
                }
            }
            default -> {}
        }
    }

    private void widen(int mask, boolean isSigned) {
        if (!isSigned) {
            code.loadConstant(mask);
            code.iand();
        }
        code.i2l();
    }

    /** Stores the low bytes of the long that {@code value} pushes. */
    private void write(int addressLocal, int displacement, int bytes, Runnable value) {
        pushMemory(bytes);
        emission.pushSumOf(addressLocal, displacement);
        value.run();
        if (bytes < Long.BYTES) {
            code.l2i();
        }
        if (bytes == Byte.BYTES) {
            code.i2b();
        } else if (bytes == Short.BYTES) {
            code.i2s();
        }
        code.invokeinterface(
                Names.SEGMENT, "set", MethodTypeDesc.of(Names.VOID, layout(bytes), Names.LONG, carrier(bytes)));
    }

    /**
     * Not by {@link weir.ebpf.memory.Mem}'s methods: HotSpot stops inlining those in the middle of a longer
     * program ({@code NodeCountInliningCutoff}), and never those of the JDK.
     */
    private void pushMemory(int bytes) {
        code.getstatic(Names.MEM, "ALL", Names.SEGMENT);
        String name = switch (bytes) {
            case Byte.BYTES -> "JAVA_BYTE";
            case Short.BYTES -> "JAVA_SHORT_UNALIGNED";
            case Integer.BYTES -> "JAVA_INT_UNALIGNED";
            default -> "JAVA_LONG_UNALIGNED";
        };
        code.getstatic(Names.VALUE_LAYOUT, name, layout(bytes));
    }

    private static ClassDesc carrier(int bytes) {
        return switch (bytes) {
            case Byte.BYTES -> Names.BYTE;
            case Short.BYTES -> Names.SHORT;
            case Integer.BYTES -> Names.INT;
            default -> Names.LONG;
        };
    }

    private static ClassDesc layout(int bytes) {
        return Names.VALUE_LAYOUT.nested(
                switch (bytes) {
                    case Byte.BYTES -> "OfByte";
                    case Short.BYTES -> "OfShort";
                    case Integer.BYTES -> "OfInt";
                    default -> "OfLong";
                });
    }

    /** Puts words of the stack that are locals where their memory is, for a helper to see. */
    void lend(StackRange range) {
        forEachLocal(range, word -> {
            int frame = emission.register(StackUse.FRAME_POINTER);
            write(frame, StackUse.offsetOf(word), Long.BYTES, () -> code.lload(emission.word(word)));
        });
    }

    /** Takes back what a helper may have changed. */
    void takeBack(StackRange range) {
        forEachLocal(range, word -> {
            read(emission.register(StackUse.FRAME_POINTER), StackUse.offsetOf(word), Long.BYTES, false);
            code.lstore(emission.word(word));
        });
    }

    private void forEachLocal(StackRange range, IntConsumer action) {
        long words = StackUse.wordsOf(range.offset(), range.bytes()) & emission.use.locals();
        for (long rest = words; rest != 0; rest &= rest - 1) {
            action.accept(Long.numberOfTrailingZeros(rest));
        }
    }

    /**
     * Pushes bytes of the stack that are locals as one number, little endian; what is behind them is 0.
     *
     * @param bytes 1 to 8
     */
    void pushBytes(int offset, int bytes) {
        int word = StackUse.wordOf(offset);
        int firstBit = (offset - StackUse.offsetOf(word)) * Byte.SIZE;
        code.lload(emission.word(word));
        if (firstBit != 0) {
            code.loadConstant(firstBit);
            code.lushr();
        }
        int inFirst = Long.BYTES - firstBit / Byte.SIZE;
        if (inFirst < bytes) {
            code.lload(emission.word(word - 1));
            code.loadConstant(inFirst * Byte.SIZE);
            code.lshl();
            code.lor();
        }
        if (bytes < Long.BYTES) {
            code.loadConstant(mask(bytes));
            code.land();
        }
    }

    // ---- atomic --------------------------------------------------------------------------------------

    void atomic(Instruction.Atomic atomic) {
        int bytes = atomic.size().bytes();
        boolean isWide = bytes == Long.BYTES;
        Place place = Place.of(emission, emission.known(atomic.base()), atomic.offset(), bytes, true);
        int slot = emission.slot();
        Label slow = code.newLabel();
        Label done = code.newLabel();
        emission.pushSum(atomic.base(), atomic.offset());
        code.lstore(emission.scratch());
        if (place instanceof Place.StackMemory || place instanceof Place.Memory) {
            if (place instanceof Place.Memory(Place.Check check)) {
                check(check, atomic.base(), bytes, slow);
            }
            checkAligned(bytes, slow);
            code.lload(emission.scratch());
            if (atomic.op() == AtomicOp.CMPXCHG) {
                pushWord(0, isWide);
            }
            pushWord(atomic.src(), isWide);
            ClassDesc word = isWide ? Names.LONG : Names.INT;
            MethodTypeDesc type = atomic.op() == AtomicOp.CMPXCHG
                    ? MethodTypeDesc.of(word, Names.LONG, word, word)
                    : MethodTypeDesc.of(word, Names.LONG, word);
            code.invokestatic(Names.MEM, name(atomic.op()) + (isWide ? "Long" : "Int"), type);
            if (!isWide) {
                emission.zeroExtend();
            }
            keepOld(atomic);
            code.labelBinding(done);
            emission.later(() -> {
                code.labelBinding(slow);
                atomicAnything(atomic, slot);
                code.goto_(done);
            });
        } else {
            atomicAnything(atomic, slot);
        }
    }

    private static String name(AtomicOp op) {
        return switch (op) {
            case ADD -> "getAndAdd";
            case OR -> "getAndOr";
            case AND -> "getAndAnd";
            case XOR -> "getAndXor";
            case XCHG -> "getAndSet";
            case CMPXCHG -> "compareAndExchange";
        };
    }

    private void pushWord(int register, boolean isWide) {
        emission.loadRegister(register);
        if (!isWide) {
            code.l2i();
        }
    }

    private void checkAligned(int bytes, Label slow) {
        code.lload(emission.scratch());
        code.loadConstant((long) bytes - 1);
        code.land();
        code.lconst_0();
        code.lcmp();
        code.ifne(slow);
    }

    private void atomicAnything(Instruction.Atomic atomic, int slot) {
        emission.pushState();
        code.lload(emission.scratch());
        emission.loadRegister(atomic.src());
        emission.loadRegister(0);
        code.getstatic(Names.ATOMIC_OP, atomic.op().name(), Names.ATOMIC_OP);
        code.loadConstant(atomic.size().bytes());
        code.loadConstant(slot);
        emission.runtime(
                "atomic",
                MethodTypeDesc.of(
                        Names.LONG,
                        Names.CPU,
                        Names.BINDING,
                        Names.LONG,
                        Names.LONG,
                        Names.LONG,
                        Names.ATOMIC_OP,
                        Names.INT,
                        Names.INT));
        keepOld(atomic);
        emission.failIfFailed();
    }

    /** The old value is on top of the operand stack. */
    private void keepOld(Instruction.Atomic atomic) {
        if (atomic.op() == AtomicOp.CMPXCHG) {
            emission.storeRegister(0);
        } else if (atomic.fetch()) {
            emission.storeRegister(atomic.src());
        } else {
            code.pop2();
        }
    }

    /** Load-acquire and store-release are rare: they are always checked in full. */
    void ordered(Instruction.OrderedAccess access) {
        emission.pushSum(access.base(), access.offset());
        code.lstore(emission.scratch());
        emission.pushState();
        code.lload(emission.scratch());
        if (!access.acquire()) {
            emission.loadRegister(access.register());
        }
        code.loadConstant(access.size().bytes());
        code.loadConstant(emission.slot());
        if (access.acquire()) {
            emission.runtime(
                    "loadAcquire",
                    MethodTypeDesc.of(Names.LONG, Names.CPU, Names.BINDING, Names.LONG, Names.INT, Names.INT));
            emission.storeRegister(access.register());
        } else {
            emission.runtime(
                    "storeRelease",
                    MethodTypeDesc.of(
                            Names.VOID, Names.CPU, Names.BINDING, Names.LONG, Names.LONG, Names.INT, Names.INT));
        }
        emission.failIfFailed();
    }
}
