// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.util.ArrayList;
import java.util.List;
import weir.ebpf.helper.Argument;
import weir.ebpf.helper.Helper;
import weir.ebpf.helper.HelperCalls;
import weir.ebpf.helper.HelperFunction;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.program.ProgramFacts;

/** A call of a helper at one place: what of its arguments is certain, and which of the stack it uses. */
final class HelperSite {
    static final int NO_MAP = -1;

    private static final long MAX_SIZE_BYTES = 1 << 29;
    private static final int FIRST_ARGUMENT = 1;
    private static final int LAST_ARGUMENT = 5;

    private final Helper helper;
    private final KnownState state;
    private final List<MapSpec> maps;
    private final List<StackRange> ranges = new ArrayList<>();
    private int map = NO_MAP;
    private boolean isMapTaken;
    private boolean isProved = true;
    private boolean leaksStack;

    private HelperSite(Helper helper, KnownState state, List<MapSpec> maps) {
        this.helper = helper;
        this.state = state;
        this.maps = maps;
    }

    static HelperSite of(Helper helper, KnownState state, List<MapSpec> maps) {
        HelperSite site = new HelperSite(helper, state, maps);
        List<Argument> arguments = helper.arguments();
        for (int i = 0; i < arguments.size(); i++) {
            site.isProved &= site.look(arguments.get(i), FIRST_ARGUMENT + i);
        }
        if (helper.function() == HelperFunction.TRACE_PRINTK) {
            for (int i = FIRST_ARGUMENT + arguments.size(); i <= LAST_ARGUMENT; i++) {
                site.leaksStack |= state.register(i).mayBeStack();
            }
        }
        return site;
    }

    Helper helper() {
        return helper;
    }

    /** Index of the map that the helper is certainly given; {@link #NO_MAP} where it is not known. */
    int map() {
        return map;
    }

    /** Whether the helper takes that map. */
    boolean isMapTaken() {
        return isMapTaken;
    }

    /** Whether all arguments are certainly what the helper takes. */
    boolean isProved() {
        return isProved;
    }

    /** Whether a pointer into the stack gets where it cannot be followed. */
    boolean leaksStack() {
        return leaksStack;
    }

    List<StackRange> ranges() {
        return ranges;
    }

    /** Offset of the stack that a register certainly points to. */
    int stackOffset(int register) {
        return state.register(register) instanceof Known.Stack(int offset) ? offset : 0;
    }

    private boolean look(Argument argument, int register) {
        Known known = state.register(register);
        Known size = register < LAST_ARGUMENT ? state.register(register + 1) : Known.anything();
        return switch (argument.kind()) {
            case SCALAR, RETURNED_SIZE, CALLBACK, STACK_OR_NULL -> {
                leaksStack |= known.mayBeStack();
                yield true;
            }
            case MAP -> isMap(known);
            case CONTEXT -> known.equals(new Known.Context(0));
            case SIZE -> known instanceof Known.Constant(long value) && value > 0;
            case SIZE_OR_ZERO -> known instanceof Known.Constant(long value) && value >= 0;
            case MAP_KEY -> map != NO_MAP ? isMemory(known, maps.get(map).keyBytes(), false) : escapes(known);
            case MAP_VALUE -> map != NO_MAP ? isMemory(known, maps.get(map).valueBytes(), false) : escapes(known);
            case MAP_VALUE_OUT -> map != NO_MAP ? isPlaceForValue(known, maps.get(map)) : escapes(known);
            case MEMORY -> isSized(known, size, false);
            case MEMORY_OUT, MEMORY_IN_OUT -> isSized(known, size, true);
            case MEMORY_OR_NULL -> size.equals(new Known.Constant(0)) || isSized(known, size, false);
            case MEMORY_OUT_OR_NULL -> size.equals(new Known.Constant(0)) || isSized(known, size, true);
            case FIXED_MEMORY ->
                isMemory(known, argument.bytes(), true)
                        && known instanceof Known.Stack(int offset)
                        && offset % argument.bytes() == 0;
            case RECORD, SPIN_LOCK, CONST_STRING -> escapes(known);
        };
    }

    private boolean isMap(Known known) {
        if (known instanceof Known.Map(int index)) {
            map = index;
            isMapTaken = HelperCalls.takes(helper, maps.get(index));
            return isMapTaken;
        }
        return false;
    }

    /** Nothing is shown, and where the value is a pointer into the stack it is out of sight. */
    private boolean escapes(Known known) {
        leaksStack |= known.mayBeStack();
        return false;
    }

    private boolean isPlaceForValue(Known known, MapSpec spec) {
        return isMemory(known, spec.valueBytes(), spec.type() != MapType.BLOOM_FILTER);
    }

    private boolean isSized(Known known, Known size, boolean isWritten) {
        if (size instanceof Known.Constant(long bytes) && bytes >= 0 && bytes < MAX_SIZE_BYTES) {
            return isMemory(known, (int) bytes, isWritten);
        }
        if (known instanceof Known.Stack(int offset) && StackUse.isInFrame(offset, 0)) {
            // Whatever the size, the helper is refused what does not lie in the frame.
            ranges.add(new StackRange(offset, -offset, isWritten));
            return false;
        }
        return escapes(known);
    }

    private boolean isMemory(Known known, int bytes, boolean isWritten) {
        if (!(known instanceof Known.Stack(int offset))) {
            return escapes(known);
        }
        if (bytes > ProgramFacts.FRAME_STACK_BYTES || !StackUse.isInFrame(offset, bytes)) {
            return escapes(known);
        }
        if (bytes > 0) {
            ranges.add(new StackRange(offset, bytes, isWritten));
        }
        return bytes > 0 || offset < 0;
    }
}
