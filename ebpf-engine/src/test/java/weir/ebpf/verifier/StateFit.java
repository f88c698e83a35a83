// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
 * pointers point where they are said to, with the bytes behind them that are said to be there.
 */
final class StateFit {
    private static final String FITS = "";
    private static final int FIRST_SAVED = 6;
    /** A pointer that may lie at more places than this in its object is not looked up there. */
    private static final long MAX_PLACES = 4096;

    private final PathState state;
    private final ObservedMachine machine;
    private final List<EbpfMap> maps;
    /** The state's frame 0 is this frame of the machine: more than 0 in global functions. */
    private final int lowest;

    private final Map<Integer, Long> groups = new HashMap<>();
    private final Map<Integer, Long> places = new HashMap<>();

    private StateFit(PathState state, ObservedMachine machine, List<EbpfMap> maps) {
        this.state = state;
        this.machine = machine;
        this.maps = maps;
        lowest = machine.depth() + 1 - state.depth();
    }

    /**
     * Why a machine is in none of the states that a state stands for; empty if it is.
     *
     * @param maps by the index that the code uses
     */
    static String misfit(PathState state, ObservedMachine machine, List<EbpfMap> maps, WalkedStates walked) {
        StateFit fit = new StateFit(state, machine, maps);
        String frames = fit.frames();
        for (int i = 0; frames.isEmpty() && i < state.depth(); i++) {
            frames = fit.frame(i, walked);
        }
        return frames;
    }

    private String frames() {
        if (lowest < 0) {
            return "fewer frames";
        }
        for (int i = 1; i < state.depth(); i++) {
            FrameState frame = state.frame(i);
            if (frame.callSite != machine.callSite(lowest + i) || frame.isCallback != machine.isCallback(lowest + i)) {
                return "called from elsewhere";
            }
        }
        boolean isAlone = lowest > 0 && state.frame(0).function != 0;
        return lowest == 0 || isAlone ? FITS : "more frames";
    }

    private String frame(int number, WalkedStates walked) {
        FrameState frame = state.frame(number);
        boolean isCurrent = number == state.depth() - 1;
        int live = walked.liveAt(isCurrent ? state.slot : state.frame(number + 1).callSite);
        for (int r = isCurrent ? 0 : FIRST_SAVED; r < Instruction.REGISTERS - 1; r++) {
            if (((live >>> r) & 1) != 0) {
                String misfit = value(frame.get(r), machine.get(lowest + number, r));
                if (!misfit.isEmpty()) {
                    return "r" + r + " of frame " + number + " " + misfit;
                }
            }
        }
        for (int slot = 0; slot < frame.slots(); slot++) {
            long address = machine.framePointer(lowest + number) - (long) (slot + 1) * StackSlot.BYTES;
            String misfit = slot(frame.slot(slot), address);
            if (!misfit.isEmpty()) {
                return "fp-" + (slot + 1) * StackSlot.BYTES + " of frame " + number + " " + misfit;
            }
        }
        return FITS;
    }

    private String slot(StackSlot slot, long address) {
        long word = Mem.getLong(address);
        for (int i = 0; i < StackSlot.BYTES; i++) {
            if (slot.kind(i) == StackSlot.ZERO && (byte) (word >>> (i * Byte.SIZE)) != 0) {
                return "is not zero: " + Long.toHexString(word);
            }
        }
        int bytes = slot.spilledBytes();
        Value spilled = slot.spilled();
        if (bytes == 0 || spilled == null) {
            return FITS;
        }
        return value(spilled, word & (-1L >>> (Long.SIZE - bytes * Byte.SIZE)));
    }

    private String value(Value value, long word) {
        boolean fits = switch (value) {
            case Undefined _ -> true;
            case ScalarValue number -> number.range().contains(word) && isInGroup(number, word);
            case PointerValue pointer -> isPointer(pointer, word);
        };
        return fits ? FITS : "is " + Long.toHexString(word) + ", not " + value.text();
    }

    private boolean isInGroup(ScalarValue number, long word) {
        if (number.group() == ScalarValue.ALONE || number.range().isConstant()) {
            return true;
        }
        long base = word - number.distance();
        Long known = groups.putIfAbsent(number.group(), base);
        return known == null || known == base;
    }

    private boolean isPointer(PointerValue pointer, long word) {
        if (pointer.orNull()) {
            long isNull = word == 0 ? 1 : 0;
            Long known = places.putIfAbsent(pointer.id(), isNull);
            if (known != null && known != isNull) {
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
        Long known = pointer.id() == PointerValue.NO_ID ? null : places.putIfAbsent(pointer.id(), moved);
        return known == null || known == moved;
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
