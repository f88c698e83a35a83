// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.Condition;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.MemorySize;
import weir.ebpf.isa.Operand;
import weir.ebpf.random.RegisterType.Packet;

/** The packet: direct accesses behind a check of its end, and the helpers that move or copy. */
final class PacketSnippets {
    /** Offsets in {@code struct xdp_md}, {@code uapi/linux/bpf.h}. */
    private static final int DATA = 0;

    private static final int DATA_END = 4;
    private static final int DATA_META = 8;

    private PacketSnippets() {}

    /** Loads data and data_end and checks that some bytes are there. */
    static boolean pointer(Frame frame) {
        if (frame.context == Frame.NONE) {
            return false;
        }
        int pointer = frame.random.nextInt(4) == 0 ? frame.free() : frame.freeStable();
        if (pointer == Frame.NONE) {
            return false;
        }
        int bytes = frame.random.nextBoolean() ? 1 + frame.random.nextInt(14) : 14 + frame.random.nextInt(80);
        frame.load(MemorySize.WORD, false, pointer, frame.context, DATA, RegisterType.UNSET);
        return checked(frame, pointer, bytes, DATA_END);
    }

    /** The same at an offset that only the run knows. */
    static boolean variable(Frame frame) {
        if (frame.context == Frame.NONE) {
            return false;
        }
        int index = frame.bounded(frame.random.nextInt(3) == 0 ? 0x3ff : 0x1f);
        int pointer = frame.free();
        frame.load(MemorySize.WORD, false, pointer, frame.context, DATA, RegisterType.UNSET);
        frame.add(new Instruction.Alu(true, AluOp.ADD, pointer, Operand.register(index)));
        return checked(frame, pointer, 1 + frame.random.nextInt(16), DATA_END);
    }

    /**
     * Checks that {@code pointer + bytes} does not lie behind the limit. Behind the check either the
     * program leaves, or a body is skipped and the pointer is unknown after it.
     */
    private static boolean checked(Frame frame, int pointer, int bytes, int limitOffset) {
        int limit = frame.free();
        int end = frame.free();
        frame.load(MemorySize.WORD, false, limit, frame.context, limitOffset, RegisterType.UNSET);
        frame.move(end, pointer);
        frame.addImmediate(end, bytes);
        frame.state.set(end, RegisterType.UNSET);
        int label = frame.code.newLabel();
        boolean skip = frame.mayNest() && frame.random.nextBoolean();
        boolean endFirst = frame.random.nextBoolean();
        Condition condition =
                skip ? (endFirst ? Condition.GT : Condition.LT) : (endFirst ? Condition.LE : Condition.GE);
        Operand second = Operand.register(endFirst ? limit : end);
        frame.code.addJump(new Instruction.Branch(true, condition, endFirst ? end : limit, second, (short) 0), label);
        MachineState skipped = frame.state.copy();
        if (!skip) {
            frame.leave(true);
            frame.code.place(label);
        }
        frame.state.set(pointer, new Packet(bytes));
        if (limitOffset == DATA_END) {
            frame.state.set(limit, RegisterType.PACKET_END);
        }
        if (skip) {
            access(frame, pointer, bytes);
            frame.body(1 + frame.random.nextInt(4));
            frame.code.place(label);
            frame.state = frame.state.meet(skipped);
        }
        return true;
    }

    /** One access, for a pointer that may not live long. */
    private static void access(Frame frame, int pointer, int bytes) {
        MemorySize size = RegionSnippets.fitting(frame, bytes);
        int offset = frame.random.nextInt(bytes - size.bytes() + 1);
        if (frame.random.nextBoolean()) {
            boolean signed = size != MemorySize.DOUBLE && frame.random.nextInt(3) == 0;
            frame.load(size, signed, frame.free(), pointer, offset, RegisterType.SCALAR);
        } else {
            frame.store(size, pointer, offset, frame.operand());
        }
    }

    static boolean load(Frame frame) {
        int base = frame.find(type -> type instanceof Packet);
        if (base == Frame.NONE) {
            return false;
        }
        int bytes = ((Packet) frame.state.get(frame.hold(base))).bytes();
        MemorySize size = RegionSnippets.fitting(frame, bytes);
        boolean signed = size != MemorySize.DOUBLE && frame.random.nextInt(3) == 0;
        int offset = frame.random.nextInt(bytes - size.bytes() + 1);
        frame.load(size, signed, frame.free(), base, offset, RegisterType.SCALAR);
        return true;
    }

    static boolean store(Frame frame) {
        int base = frame.find(type -> type instanceof Packet);
        if (base == Frame.NONE) {
            return false;
        }
        int bytes = ((Packet) frame.state.get(frame.hold(base))).bytes();
        MemorySize size = RegionSnippets.fitting(frame, bytes);
        frame.store(size, base, frame.random.nextInt(bytes - size.bytes() + 1), frame.operand());
        return true;
    }

    // ---- helpers ------------------------------------------------------------------------------------

    static boolean adjustHead(Frame frame) {
        int distance = switch (frame.random.nextInt(4)) {
            case 0 -> -4 * frame.random.nextInt(80);
            case 1 -> frame.random.nextInt(-300, 300);
            default -> frame.random.nextInt(-20, 20);
        };
        return adjust(frame, Helpers.XDP_ADJUST_HEAD, distance);
    }

    static boolean adjustTail(Frame frame) {
        int distance = switch (frame.random.nextInt(4)) {
            case 0 -> frame.random.nextInt(-1600, 4000);
            case 1 -> frame.random.nextInt(500);
            default -> frame.random.nextInt(-40, 40);
        };
        return adjust(frame, Helpers.XDP_ADJUST_TAIL, distance);
    }

    /** Moves the start of the metadata and, often, reads and writes what is there then. */
    static boolean adjustMeta(Frame frame) {
        int distance = frame.random.nextInt(4) == 0 ? frame.random.nextInt(-300, 100) : -4 * frame.random.nextInt(1, 9);
        if (!adjust(frame, Helpers.XDP_ADJUST_META, distance)) {
            return false;
        }
        int pointer = frame.free();
        frame.load(MemorySize.WORD, false, pointer, frame.context, DATA_META, RegisterType.UNSET);
        return checked(frame, pointer, 1 + frame.random.nextInt(8), DATA);
    }

    private static boolean adjust(Frame frame, int helper, int distance) {
        if (frame.context == Frame.NONE) {
            return false;
        }
        frame.scalarArgument(2, distance);
        frame.contextArgument();
        frame.callHelper(helper);
        frame.forgetPacket();
        return true;
    }

    static boolean loadBytes(Frame frame) {
        return copyBytes(frame, Helpers.XDP_LOAD_BYTES);
    }

    static boolean storeBytes(Frame frame) {
        return copyBytes(frame, Helpers.XDP_STORE_BYTES);
    }

    private static boolean copyBytes(Frame frame, int helper) {
        if (frame.context == Frame.NONE) {
            return false;
        }
        int bytes = 1 + frame.random.nextInt(24);
        int buffer = frame.filledPlace(bytes);
        if (buffer == Frame.NONE) {
            return false;
        }
        frame.scalarArgument(2, frame.random.nextInt(frame.random.nextInt(3) == 0 ? 70_000 : 60));
        frame.stackArgument(3, buffer);
        frame.moveImmediate(4, bytes);
        frame.contextArgument();
        frame.callHelper(helper);
        frame.state.storeScalar(buffer, bytes);
        frame.forgetPacket();
        return true;
    }

    static boolean bufferLength(Frame frame) {
        if (frame.context == Frame.NONE) {
            return false;
        }
        frame.contextArgument();
        frame.callHelper(Helpers.XDP_GET_BUFF_LEN);
        return true;
    }
}
