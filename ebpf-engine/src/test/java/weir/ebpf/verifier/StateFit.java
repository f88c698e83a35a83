// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.List;
import java.util.function.Supplier;
import weir.ebpf.interpreter.ObservedMachine;
import weir.ebpf.isa.Instruction;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.MapHandles;
import weir.ebpf.memory.Mem;
import weir.ebpf.run.RunState;
import weir.ebpf.xdp.XdpContext;

/**
 * Whether what a machine really holds is one of the things that a state stands for: call frames, registers
 * that are still read, and stack. Numbers lie in their ranges, and those of one group in their distances;
 * pointers point where they are said to, with the bytes behind them that are said to be there. For one machine,
 * and asked before each instruction: what misfits is put into words only where someone wants to know.
 */
final class StateFit {
    private static final int FIRST_SAVED = 6;
    /** A pointer that may lie at more places than this in its object is not looked up there. */
    private static final long MAX_PLACES = 4096;

    private final ObservedMachine machine;
    private final List<EbpfMap> maps;

    private final Bindings groups = new Bindings();
    private final Bindings places = new Bindings();
    private Supplier<String> reason = () -> "";

    /** The state's frame 0 is this frame of the machine: more than 0 in global functions. */
    private int lowest;

    /** @param maps by the index that the code uses */
    StateFit(ObservedMachine machine, List<EbpfMap> maps) {
        this.machine = machine;
        this.maps = maps;
    }

    /** Whether the machine is in one of the states that a state stands for. */
    boolean fits(PathState state, WalkedStates walked) {
        groups.clear();
        places.clear();
        lowest = machine.depth() + 1 - state.depth();
        if (!fitFrames(state)) {
            return false;
        }
        for (int i = 0; i < state.depth(); i++) {
            if (!fitsFrame(state, i, walked)) {
                return false;
            }
        }
        return true;
    }

    /** Why the machine was in none of them when {@link #fits} was asked last. */
    String misfit() {
        return reason.get();
    }

    private boolean fails(Supplier<String> why) {
        reason = why;
        return false;
    }

    private boolean fitFrames(PathState state) {
        if (lowest < 0) {
            return fails(() -> "fewer frames");
        }
        for (int i = 1; i < state.depth(); i++) {
            FrameState frame = state.frame(i);
            if (frame.callSite != machine.callSite(lowest + i) || frame.isCallback != machine.isCallback(lowest + i)) {
                return fails(() -> "called from elsewhere");
            }
        }
        boolean isAlone = lowest > 0 && state.frame(0).function != 0;
        return lowest == 0 || isAlone || fails(() -> "more frames");
    }

    private boolean fitsFrame(PathState state, int number, WalkedStates walked) {
        FrameState frame = state.frame(number);
        boolean isCurrent = number == state.depth() - 1;
        int live = walked.liveAt(isCurrent ? state.slot : state.frame(number + 1).callSite);
        for (int r = isCurrent ? 0 : FIRST_SAVED; r < Instruction.REGISTERS - 1; r++) {
            if (((live >>> r) & 1) != 0) {
                long word = machine.get(lowest + number, r);
                if (!fitsValue(frame.get(r), word)) {
                    int register = r;
                    return fails(
                            () -> "r" + register + " of frame " + number + " " + difference(frame.get(register), word));
                }
            }
        }
        long framePointer = machine.framePointer(lowest + number);
        for (int slot = 0; slot < frame.slots(); slot++) {
            int offset = (slot + 1) * StackSlot.BYTES;
            if (!fitsSlot(frame.slot(slot), Mem.getLong(framePointer - offset))) {
                StackSlot misfit = frame.slot(slot);
                long word = Mem.getLong(framePointer - offset);
                return fails(() -> "fp-" + offset + " of frame " + number + " " + difference(misfit, word));
            }
        }
        return true;
    }

    private boolean fitsSlot(StackSlot slot, long word) {
        return hasZeroes(slot, word)
                && (slot.spilledBytes() == 0
                        || slot.spilled() == null
                        || fitsValue(slot.spilled(), spilled(slot, word)));
    }

    private static boolean hasZeroes(StackSlot slot, long word) {
        for (int i = 0; i < StackSlot.BYTES; i++) {
            if (slot.kind(i) == StackSlot.ZERO && (byte) (word >>> (i * Byte.SIZE)) != 0) {
                return false;
            }
        }
        return true;
    }

    private static long spilled(StackSlot slot, long word) {
        return word & (-1L >>> (Long.SIZE - slot.spilledBytes() * Byte.SIZE));
    }

    private static String difference(StackSlot slot, long word) {
        Value spilled = slot.spilled();
        return spilled == null || !hasZeroes(slot, word)
                ? "is not zero: " + Long.toHexString(word)
                : difference(spilled, spilled(slot, word));
    }

    private static String difference(Value value, long word) {
        return "is " + Long.toHexString(word) + ", not " + value.text();
    }

    private boolean fitsValue(Value value, long word) {
        return switch (value) {
            case Undefined _ -> true;
            case ScalarValue number -> number.range().contains(word) && isInGroup(number, word);
            case PointerValue pointer -> isPointer(pointer, word);
        };
    }

    private boolean isInGroup(ScalarValue number, long word) {
        return number.group() == ScalarValue.ALONE
                || number.range().isConstant()
                || groups.bind(number.group(), word - number.distance());
    }

    private boolean isPointer(PointerValue pointer, long word) {
        if (pointer.orNull()) {
            if (!places.bind(pointer.id(), word == 0 ? 1 : 0)) {
                return false;
            }
            if (word == 0) {
                return true;
            }
        }
        RunState run = machine.state();
        XdpContext context = run.context();
        long moved = word - pointer.offset();
        return switch (pointer.kind()) {
            case CONTEXT -> isAt(pointer, moved - XdpContext.ADDRESS);
            case PACKET -> isAt(pointer, moved - context.data()) && isPacket(pointer, moved, context.end());
            case PACKET_META -> isAt(pointer, moved - context.meta()) && isPacket(pointer, moved, context.data());
            case PACKET_END -> word == context.end();
            case STACK -> isAt(pointer, moved - machine.framePointer(lowest + pointer.place()));
            case MAP -> isMap(pointer, word);
            case MAP_VALUE -> isInValue(pointer, moved);
            case MAP_KEY, MEMORY -> !pointer.isFixed() || run.mayRead(start(pointer, word), pointer.bytes());
            case RECORD -> !pointer.isFixed() || run.records().isRecord(start(pointer, word));
            case FUNCTION -> word == RunState.FUNCTION_TAG + pointer.place();
        };
    }

    private static long start(PointerValue pointer, long word) {
        return word - pointer.fixedOffset();
    }

    private static boolean isAt(PointerValue pointer, long distance) {
        return pointer.variable().contains(distance);
    }

    /** As many bytes as are said to be there, and the same place as other pointers with its id. */
    private boolean isPacket(PointerValue pointer, long moved, long end) {
        if (pointer.bytes() > 0 && moved + pointer.bytes() > end) {
            return false;
        }
        return pointer.id() == PointerValue.NO_ID || places.bind(pointer.id(), moved);
    }

    private boolean isMap(PointerValue pointer, long word) {
        MapReference map = pointer.map();
        EbpfMap found = MapHandles.find(word);
        if (map == null || found == null) {
            return false;
        }
        return map.index() == MapReference.INNER
                ? found.spec().type() == map.spec().type()
                : found.handle() == maps.get(map.index()).handle();
    }

    /** Whether some place that it may have in a value is the one that it has. */
    private boolean isInValue(PointerValue pointer, long moved) {
        MapReference map = pointer.map();
        if (map == null || map.index() == MapReference.INNER) {
            return map != null;
        }
        long from = pointer.variable().smin();
        long to = pointer.variable().smax();
        if (to - from < 0 || to - from > MAX_PLACES) {
            return true;
        }
        EbpfMap live = maps.get(map.index());
        for (long at = from; at <= to; at++) {
            if (pointer.variable().contains(at) && live.contains(moved - at, pointer.bytes())) {
                return true;
            }
        }
        return false;
    }
}
