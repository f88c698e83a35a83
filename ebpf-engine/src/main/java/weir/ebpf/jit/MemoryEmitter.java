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
            case Place.StackMemory(int offset) -> {
                emission.pushSum(StackUse.FRAME_POINTER, offset);
                read(bytes, load.signed());
            }
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
            emission.pushSum(load.base(), load.offset());
            read(bytes, load.signed());
            emission.storeRegister(load.dst());
            return;
        }
        int slot = emission.slot();
        Label slow = code.newLabel();
        Label done = code.newLabel();
        emission.pushSum(load.base(), load.offset());
        code.lstore(emission.scratch());
        check(check, load.base(), bytes, slow);
        code.lload(emission.scratch());
        read(bytes, load.signed());
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
            case Place.StackMemory(int offset) -> {
                emission.pushSum(StackUse.FRAME_POINTER, offset);
                emission.push(store.src());
                write(bytes);
            }
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
        int bytes = store.size().bytes();
        emission.pushSum(store.base(), store.offset());
        if (check instanceof Place.Check.None) {
            emission.push(store.src());
            write(bytes);
            return;
        }
        int slot = emission.slot();
        Label slow = code.newLabel();
        Label done = code.newLabel();
        code.lstore(emission.scratch());
        check(check, store.base(), bytes, slow);
        code.lload(emission.scratch());
        emission.push(store.src());
        write(bytes);
        code.labelBinding(done);
        emission.later(() -> {
            code.labelBinding(slow);
            storeAnything(store, slot);
            code.goto_(done);
        });
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
                    code.lload(emission.meta());
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
                pushBase(map);
                code.lsub();
                code.loadConstant((long) valueBytes - bytes);
                code.invokestatic(LONG_CLASS, "compareUnsigned", MethodTypeDesc.of(Names.INT, Names.LONG, Names.LONG));
                code.ifgt(slow);
            }
        }
    }

    /** Pushes the address of an array's first value. */
    void pushBase(int map) {
        code.aload(Emission.BINDING);
        code.getfield(Names.BINDING, "bases", Names.LONGS);
        code.loadConstant(map);
        code.laload();
    }

    // ---- plain accesses ------------------------------------------------------------------------------

    /** Takes an address from the operand stack, leaves what is there, widened to 64 bits. */
    private void read(int bytes, boolean isSigned) {
        switch (bytes) {
            case Byte.BYTES -> {
                code.invokestatic(Names.MEM, "getByte", MethodTypeDesc.of(Names.BYTE, Names.LONG));
                if (!isSigned) {
                    code.loadConstant(UNSIGNED_BYTE);
                    code.iand();
                }
                code.i2l();
            }
            case Short.BYTES -> {
                code.invokestatic(Names.MEM, "getShort", MethodTypeDesc.of(Names.SHORT, Names.LONG));
                if (!isSigned) {
                    code.loadConstant(UNSIGNED_SHORT);
                    code.iand();
                }
                code.i2l();
            }
            case Integer.BYTES -> {
                code.invokestatic(Names.MEM, "getInt", MethodTypeDesc.of(Names.INT, Names.LONG));
                if (isSigned) {
                    code.i2l();
                } else {
                    emission.zeroExtend();
                }
            }
            default -> code.invokestatic(Names.MEM, "getLong", MethodTypeDesc.of(Names.LONG, Names.LONG));
        }
    }

    /** Takes an address and a long from the operand stack, and stores its low bytes. */
    private void write(int bytes) {
        switch (bytes) {
            case Byte.BYTES -> {
                code.l2i();
                code.i2b();
                code.invokestatic(Names.MEM, "putByte", MethodTypeDesc.of(Names.VOID, Names.LONG, Names.BYTE));
            }
            case Short.BYTES -> {
                code.l2i();
                code.i2s();
                code.invokestatic(Names.MEM, "putShort", MethodTypeDesc.of(Names.VOID, Names.LONG, Names.SHORT));
            }
            case Integer.BYTES -> {
                code.l2i();
                code.invokestatic(Names.MEM, "putInt", MethodTypeDesc.of(Names.VOID, Names.LONG, Names.INT));
            }
            default -> code.invokestatic(Names.MEM, "putLong", MethodTypeDesc.of(Names.VOID, Names.LONG, Names.LONG));
        }
    }

    /** Puts words of the stack that are locals where their memory is, for a helper to see. */
    void lend(StackRange range) {
        forEachLocal(range, word -> {
            emission.pushSum(StackUse.FRAME_POINTER, StackUse.offsetOf(word));
            code.lload(emission.word(word));
            write(Long.BYTES);
        });
    }

    /** Takes back what a helper may have changed. */
    void takeBack(StackRange range) {
        forEachLocal(range, word -> {
            emission.pushSum(StackUse.FRAME_POINTER, StackUse.offsetOf(word));
            read(Long.BYTES, false);
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
