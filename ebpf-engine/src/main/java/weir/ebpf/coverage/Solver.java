// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.coverage;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import weir.ebpf.helper.Helper;
import weir.ebpf.helper.HelperFunction;
import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.Arithmetic;
import weir.ebpf.isa.Condition;
import weir.ebpf.isa.Instruction;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.MapType;
import weir.ebpf.memory.Mem;
import weir.ebpf.program.ContextField;
import weir.ebpf.program.PathFacts;
import weir.ebpf.program.Source;
import weir.ebpf.xdp.XdpAction;

/**
 * Changes an input so that a branch goes the other way: goes back through what was computed to what the run
 * was given, with the run's own numbers for everything else. It does not look at other branches; whether a
 * changed input comes by at all shows when it runs.
 */
final class Solver {
    private static final long LOW_WORD = 0xffff_ffffL;

    private final Tracer tracer;
    private final ScratchMaps maps;
    private final Input input;
    private final long frameStart;
    private final long frameEnd;

    /**
     * For one branch of one run.
     *
     * @param frameStart address of the frame when the run began
     */
    Solver(Tracer tracer, ScratchMaps maps, Input input, long frameStart) {
        this.tracer = tracer;
        this.maps = maps;
        this.input = input;
        this.frameStart = frameStart;
        frameEnd = frameStart + input.frame().length();
    }

    /**
     * Inputs that may go the way.
     *
     * @param left what the branch compares in this run
     * @param right what it is compared with
     */
    List<Input> solve(
            Instruction.Branch branch, List<PathFacts.Comparison> comparisons, long left, long right, boolean jumps) {
        List<Input> solved = new ArrayList<>();
        long mask = branch.is64() ? -1 : LOW_WORD;
        Condition mirrored = Targets.mirrored(branch.condition());
        for (PathFacts.Comparison each : comparisons) {
            if (!isOfThisPath(each.left(), left, mask) || !isOfThisPath(each.right(), right, mask)) {
                continue;
            }
            Targets lefts = new Targets(branch.condition(), branch.is64(), jumps);
            lefts.of(left, right, bits(each.left()) & mask).forEach(target -> add(each.left(), target, mask, solved));
            Targets rights = new Targets(mirrored, branch.is64(), jumps);
            rights.of(right, left, bits(each.right()) & mask)
                    .forEach(target -> add(each.right(), target, mask, solved));
            if (each.left() instanceof Source.FrameAddress(int offset) && offset == Source.VARIABLE) {
                addLonger(left - frameStart, solved);
            }
        }
        return solved;
    }

    /** Other paths compare other numbers at the same place. */
    private boolean isOfThisPath(Source source, long number, long mask) {
        OptionalLong value = value(source);
        return value.isEmpty() || ((value.getAsLong() ^ number) & mask) == 0;
    }

    /** Frames that just suffice for where an address is now, and numbers that may move it on. */
    private void addLonger(long bytes, List<Input> solved) {
        for (int slot : tracer.loads()) {
            Draft draft = new Draft(input);
            if (draft.setLength(bytes) && put(slot, low(tracer.bytes(slot) * Byte.SIZE), draft)) {
                solved.add(draft.input());
            }
        }
    }

    private void add(Source source, long target, long mask, List<Input> solved) {
        Draft draft = new Draft(input);
        if (!(source instanceof Source.Constant) && reach(source, target, mask, draft)) {
            solved.add(draft.input());
        }
    }

    // ---- forwards ------------------------------------------------------------------------------------

    /** What the source was in this run; empty where that is not known. */
    private OptionalLong value(Source source) {
        return switch (source) {
            case Source.Unknown _ -> OptionalLong.empty();
            case Source.Constant(long number) -> OptionalLong.of(number);
            case Source.FrameBytes bytes -> traced(bytes.slot());
            case Source.MapBytes bytes -> traced(bytes.slot());
            case Source.Lookup lookup -> traced(lookup.slot());
            case Source.Result result -> traced(result.slot());
            case Source.ContextField(ContextField field) ->
                switch (field) {
                    case INGRESS_PORT -> OptionalLong.of(input.ingressPort());
                    case QUEUE -> OptionalLong.of(input.queue());
                    default -> OptionalLong.empty();
                };
            case Source.FrameEnd _ -> OptionalLong.of(frameEnd);
            case Source.FrameAddress(int offset) ->
                offset == Source.VARIABLE ? OptionalLong.empty() : OptionalLong.of(frameStart + offset);
            case Source.Computed computed -> computed(computed);
            case Source.Swapped swapped -> {
                OptionalLong of = value(swapped.of());
                yield of.isEmpty()
                        ? of
                        : OptionalLong.of(Arithmetic.byteSwap(swapped.order(), swapped.bits(), of.getAsLong()));
            }
        };
    }

    private OptionalLong traced(int slot) {
        return tracer.isKnown(slot) ? OptionalLong.of(tracer.value(slot)) : OptionalLong.empty();
    }

    private OptionalLong computed(Source.Computed computed) {
        OptionalLong left = value(computed.left());
        OptionalLong right = value(computed.right());
        if (left.isEmpty() || right.isEmpty()) {
            return OptionalLong.empty();
        }
        long a = left.getAsLong();
        long b = right.getAsLong();
        return OptionalLong.of(
                computed.is64()
                        ? Arithmetic.alu64(computed.op(), a, b)
                        : Arithmetic.zeroExtend(Arithmetic.alu32(computed.op(), (int) a, (int) b)));
    }

    /** Bits that may be set. */
    private static long bits(Source source) {
        return switch (source) {
            case Source.Constant(long number) -> number;
            case Source.FrameBytes bytes when !bytes.isSigned() -> low(bytes.bytes() * Byte.SIZE);
            case Source.MapBytes bytes when !bytes.isSigned() -> low(bytes.bytes() * Byte.SIZE);
            case Source.Swapped swapped -> low(swapped.bits());
            case Source.Computed(AluOp op, boolean is64, Source left, Source right) -> {
                long width = is64 ? -1 : LOW_WORD;
                yield width
                        & switch (op) {
                            case AND -> bits(left) & bits(right);
                            case OR, XOR -> bits(left) | bits(right);
                            case LSH -> right instanceof Source.Constant(long count) ? bits(left) << count : -1;
                            case RSH ->
                                right instanceof Source.Constant(long count) ? (bits(left) & width) >>> count : -1;
                            default -> -1;
                        };
            }
            default -> -1;
        };
    }

    private static long low(int count) {
        return count == Long.SIZE ? -1 : (1L << count) - 1;
    }

    // ---- backwards -----------------------------------------------------------------------------------

    /** Makes the bits of a source that the mask names those of the target, if it can. */
    private boolean reach(Source source, long target, long mask, Draft draft) {
        if (mask == 0) {
            return true;
        }
        return switch (source) {
            case Source.FrameBytes bytes ->
                fits(bytes.bytes(), bytes.isSigned(), target, mask)
                        && draft.put(tracer.address(bytes.slot()) - frameStart, bytes.bytes(), target, mask);
            case Source.MapBytes bytes -> reach(bytes, target, mask, draft);
            case Source.ContextField(ContextField field) -> reachField(field, (int) target, draft);
            case Source.FrameEnd _ -> draft.setLength(target - frameStart);
            case Source.Lookup lookup -> reachEntry(lookup.slot(), target != 0, draft);
            case Source.Result result -> reach(result, target, draft);
            case Source.Swapped swapped ->
                (target & mask & ~low(swapped.bits())) == 0
                        && reach(
                                swapped.of(),
                                Arithmetic.byteSwap(swapped.order(), swapped.bits(), target),
                                Arithmetic.byteSwap(swapped.order(), swapped.bits(), mask),
                                draft);
            case Source.Computed computed -> reach(computed, target, mask, draft);
            case Source.Unknown _, Source.Constant _, Source.FrameAddress _ -> is(source, target, mask);
        };
    }

    private boolean is(Source source, long target, long mask) {
        OptionalLong now = value(source);
        return now.isPresent() && ((now.getAsLong() ^ target) & mask) == 0;
    }

    /** Whether a load of so many bytes can give the bits. */
    private static boolean fits(int bytes, boolean isSigned, long target, long mask) {
        int bits = bytes * Byte.SIZE;
        long loaded = isSigned ? Arithmetic.signExtend64(target, bits) : target & low(bits);
        return ((loaded ^ target) & mask) == 0;
    }

    private boolean reach(Source.MapBytes source, long target, long mask, Draft draft) {
        return tracer.isKnown(source.slot())
                && fits(source.bytes(), source.isSigned(), target, mask)
                && putIntoEntry(tracer.address(source.slot()), source.bytes(), target, mask, draft);
    }

    private boolean putIntoEntry(long address, int bytes, long number, long mask, Draft draft) {
        Tracer.Found value = tracer.valueAt(address);
        if (value == null || address - value.address() + bytes > value.bytes()) {
            return false;
        }
        byte[] now = new byte[value.bytes()];
        Mem.copyTo(value.address(), now, 0, now.length);
        draft.put(value.place(), Bytes.of(now), (int) (address - value.address()), bytes, number, mask);
        return true;
    }

    private static boolean reachField(ContextField field, int target, Draft draft) {
        switch (field) {
            case INGRESS_PORT -> draft.set(draft.rest().withPort(target));
            case QUEUE -> draft.set(draft.rest().withQueue(target));
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Puts the entry in that a call asked for, or leaves it out. */
    private boolean reachEntry(int slot, boolean isThere, Draft draft) {
        Input.Place place = tracer.asked(slot);
        if (place == null) {
            return false;
        }
        if (!isThere && maps.isArray(place.map())) {
            return reachOutside(place, draft);
        }
        draft.set(
                isThere
                        ? draft.rest().with(place, anyValue(place))
                        : draft.rest().without(place));
        return true;
    }

    /**
     * An array lacks only what lies behind its end. Where an index comes from is not followed: a load in this run
     * that gave the same number is a good guess.
     */
    private boolean reachOutside(Input.Place place, Draft draft) {
        int index = ByteBuffer.wrap(place.key().toArray())
                .order(ByteOrder.LITTLE_ENDIAN)
                .getInt();
        int outside = maps.maps().get(place.map()).spec().maxEntries();
        for (int slot : tracer.loads()) {
            if ((int) tracer.value(slot) == index && put(slot, outside, draft)) {
                return true;
            }
        }
        return false;
    }

    /** Puts a number where a load took its own from: into the frame, or into an entry. */
    boolean put(int slot, long number, Draft draft) {
        long address = tracer.address(slot);
        int bytes = tracer.bytes(slot);
        return draft.put(address - frameStart, bytes, number, -1)
                || (Long.compareUnsigned(number, low(bytes * Byte.SIZE)) <= 0
                        && putIntoEntry(address, bytes, number, -1, draft));
    }

    private Bytes anyValue(Input.Place place) {
        EbpfMap map = maps.maps().get(place.map());
        byte[] value = new byte[map.spec().valueBytes()];
        // In maps of ports, a zero stands for no entry.
        value[0] = (byte) (isOfTargets(map.spec().type()) ? 1 : 0);
        return Bytes.of(value);
    }

    private static boolean isOfTargets(MapType type) {
        return switch (type) {
            case DEVMAP, DEVMAP_HASH, CPUMAP, XSKMAP -> true;
            default -> false;
        };
    }

    private boolean reach(Source.Result result, long target, Draft draft) {
        Helper helper = tracer.helper(result.helper());
        HelperFunction function = helper == null ? HelperFunction.GET_NUMA_NODE_ID : helper.function();
        return switch (function) {
            case GET_PRANDOM_U32, FIB_LOOKUP, PERF_EVENT_OUTPUT -> {
                draft.set(draft.rest().withAnswer((int) target));
                yield true;
            }
            case KTIME_GET_NS, KTIME_GET_BOOT_NS, KTIME_GET_COARSE_NS -> {
                draft.set(draft.rest().withStart(target));
                yield true;
            }
            case XDP_GET_BUFF_LEN -> draft.setLength(target);
            case RINGBUF_RESERVE -> reachScarcity(target == 0, draft);
            case RINGBUF_OUTPUT, XDP_ADJUST_HEAD, XDP_ADJUST_TAIL, XDP_ADJUST_META, MAP_PUSH_ELEM ->
                reachScarcity(target != 0, draft);
            case MAP_UPDATE_ELEM ->
                target == 0
                        ? reachScarcity(false, draft)
                        : reachScarcity(true, draft) && reachEntry(result.slot(), false, draft);
            case MAP_LOOKUP_ELEM -> reachEntry(result.slot(), target != 0, draft);
            case MAP_POP_ELEM, MAP_PEEK_ELEM, MAP_DELETE_ELEM -> reachEntry(result.slot(), target == 0, draft);
            case REDIRECT_MAP -> reachEntry(result.slot(), target == XdpAction.REDIRECT, draft);
            default -> false;
        };
    }

    private static boolean reachScarcity(boolean isScarce, Draft draft) {
        draft.set(draft.rest().withScarcity(isScarce));
        return true;
    }

    // ---- backwards through arithmetic ----------------------------------------------------------------

    private boolean reach(Source.Computed computed, long target, long mask, Draft draft) {
        long width = computed.is64() ? -1 : LOW_WORD;
        if ((target & mask & ~width) != 0) {
            return false;
        }
        long bits = mask & width;
        Source left = computed.left();
        Source right = computed.right();
        OptionalLong a = value(left);
        OptionalLong b = value(right);
        if (isSum(computed.op()) && (bits(left) & bits(right)) == 0) {
            return reachBoth(left, right, target, bits, draft);
        }
        return switch (computed.op()) {
            case OR -> reach(left, target, bits, draft) && reach(right, target, bits, draft);
            case AND ->
                b.isPresent()
                        && (target & bits & ~b.getAsLong()) == 0
                        && reach(left, target, bits & b.getAsLong(), draft);
            case XOR ->
                (b.isPresent() && reach(left, target ^ b.getAsLong(), bits, draft))
                        || (a.isPresent() && reach(right, target ^ a.getAsLong(), bits, draft));
            case ADD ->
                (b.isPresent() && reach(left, (target - b.getAsLong()) & width, upTo(bits), draft))
                        || (a.isPresent() && reach(right, (target - a.getAsLong()) & width, upTo(bits), draft));
            case SUB ->
                (b.isPresent() && reach(left, (target + b.getAsLong()) & width, upTo(bits), draft))
                        || (a.isPresent() && reach(right, (a.getAsLong() - target) & width, upTo(bits), draft));
            case LSH, RSH, ARSH ->
                (b.isPresent() && reachShift(computed, (int) b.getAsLong(), target, bits, draft))
                        || (a.isPresent() && reachCount(computed, a.getAsLong(), target, bits, draft));
            case MUL, DIV, SDIV, MOD, SMOD ->
                b.isPresent() && reachFactor(computed, b.getAsLong(), target, width, draft);
            case MOV -> false;
        };
    }

    private static boolean isSum(AluOp op) {
        return op == AluOp.ADD || op == AluOp.OR || op == AluOp.XOR;
    }

    /** Sums carry: all bits below matter, too. */
    private static long upTo(long mask) {
        return mask == 0 ? 0 : -1L >>> Long.numberOfLeadingZeros(mask);
    }

    /** Parts that share no bit, as bytes that are put together. */
    private boolean reachBoth(Source left, Source right, long target, long mask, Draft draft) {
        return (target & mask & ~(bits(left) | bits(right))) == 0
                && reach(left, target, mask & bits(left), draft)
                && reach(right, target, mask & bits(right), draft);
    }

    private boolean reachShift(Source.Computed computed, int count, long target, long mask, Draft draft) {
        int size = computed.is64() ? Long.SIZE : Integer.SIZE;
        long width = computed.is64() ? -1 : LOW_WORD;
        int by = count & (size - 1);
        if (computed.op() == AluOp.LSH) {
            return (target & mask & low(by)) == 0 && reach(computed.left(), target >>> by, mask >>> by, draft);
        }
        long from = (target << by) & width;
        OptionalLong back = OptionalLong.of(
                computed.is64()
                        ? Arithmetic.alu64(computed.op(), from, by)
                        : Arithmetic.zeroExtend(Arithmetic.alu32(computed.op(), (int) from, by)));
        return ((back.getAsLong() ^ target) & mask) == 0 && reach(computed.left(), from, (mask << by) & width, draft);
    }

    /** Shifts a number that stays by another count. */
    private boolean reachCount(Source.Computed computed, long number, long target, long mask, Draft draft) {
        int size = computed.is64() ? Long.SIZE : Integer.SIZE;
        for (int count = 0; count < size; count++) {
            long shifted = computed.is64()
                    ? Arithmetic.alu64(computed.op(), number, count)
                    : Arithmetic.zeroExtend(Arithmetic.alu32(computed.op(), (int) number, count));
            if (((shifted ^ target) & mask) == 0 && reach(computed.right(), count, low(size), draft)) {
                return true;
            }
        }
        return false;
    }

    private boolean reachFactor(Source.Computed computed, long factor, long target, long width, Draft draft) {
        if (factor == 0) {
            return false;
        }
        long from = switch (computed.op()) {
            case MUL -> Long.divideUnsigned(target, factor);
            case DIV, SDIV -> target * factor;
            default -> target;
        };
        long back = Arithmetic.alu64(computed.op(), from, factor);
        return back == target && reach(computed.left(), from & width, width, draft);
    }
}
