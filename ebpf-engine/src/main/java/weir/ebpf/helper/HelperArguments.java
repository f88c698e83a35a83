// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.helper;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.MapFlags;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.map.ValueLock;
import weir.ebpf.memory.Mem;
import weir.ebpf.program.FaultKind;
import weir.ebpf.run.RunState;
import weir.ebpf.xdp.XdpContext;

/**
 * Checks arguments of a call against the helper's signature, for programs that nobody verified: after it,
 * a helper may use every address that it was given.
 */
final class HelperArguments {
    /** Longest memory that a helper takes: {@code BPF_MAX_VAR_SIZ}. */
    private static final long MAX_SIZE_BYTES = 1 << 29;

    private HelperArguments() {}

    /**
     * Whether a helper may be called with what the registers hold; if not, the state has the fault.
     *
     * @param r registers by number
     */
    static boolean check(RunState run, Helper helper, long[] r) {
        List<Argument> arguments = helper.arguments();
        EbpfMap map = null;
        for (int i = 0; i < arguments.size(); i++) {
            Argument argument = arguments.get(i);
            int register = i + 1;
            if (argument.kind() == Argument.Kind.MAP) {
                map = run.map(r[register]);
                if (map == null || !isAllowed(helper, map.spec())) {
                    run.fail(FaultKind.ARGUMENT, r[register]);
                    return false;
                }
            } else if (!isGood(run, argument, r, register, map)) {
                run.fail(FaultKind.ARGUMENT, r[register]);
                return false;
            }
        }
        return true;
    }

    /** Whether a helper takes a map of that definition. */
    static boolean isAllowed(Helper helper, MapSpec map) {
        if (!helper.maps().contains(map.type())) {
            return false;
        }
        return switch (helper.function()) {
            case MAP_UPDATE_ELEM, MAP_DELETE_ELEM, MAP_PUSH_ELEM, MAP_POP_ELEM ->
                (map.flags() & MapFlags.RDONLY_PROG) == 0 && !map.frozen();
            default -> true;
        };
    }

    private static boolean isGood(RunState run, Argument argument, long[] r, int register, @Nullable EbpfMap map) {
        long value = r[register];
        return switch (argument.kind()) {
            case SCALAR, RETURNED_SIZE, MAP, CALLBACK, STACK_OR_NULL -> true;
            case MAP_KEY -> map != null && run.mayRead(value, map.spec().keyBytes());
            case MAP_VALUE -> map != null && run.mayRead(value, map.spec().valueBytes());
            case MAP_VALUE_OUT -> map != null && isPlaceForValue(run, map.spec(), value);
            case MEMORY_IN_OUT ->
                isSize(r[register + 1]) && run.mayRead(value, r[register + 1]) && run.mayWrite(value, r[register + 1]);
            // Whether the size may be 0 is said by its own kind.
            case MEMORY, MEMORY_OR_NULL ->
                r[register + 1] == 0 || (isSize(r[register + 1]) && run.mayRead(value, r[register + 1]));
            case MEMORY_OUT, MEMORY_OUT_OR_NULL ->
                r[register + 1] == 0 || (isSize(r[register + 1]) && run.mayWrite(value, r[register + 1]));
            case SIZE -> value > 0;
            case SIZE_OR_ZERO -> value >= 0;
            case CONTEXT -> value == XdpContext.ADDRESS;
            case RECORD -> run.records().isRecord(value);
            case SPIN_LOCK -> isLock(run, value);
            case CONST_STRING -> isConstantText(run, value);
            case FIXED_MEMORY ->
                value % argument.bytes() == 0
                        && run.mayRead(value, argument.bytes())
                        && run.mayWrite(value, argument.bytes());
        };
    }

    private static boolean isSize(long value) {
        return value >= 0 && value < MAX_SIZE_BYTES;
    }

    private static boolean isPlaceForValue(RunState run, MapSpec map, long address) {
        return map.type() == MapType.BLOOM_FILTER
                ? run.mayRead(address, map.valueBytes())
                : run.mayWrite(address, map.valueBytes());
    }

    /** Only where the type of the value has its lock, {@code process_spin_lock} of the kernel's verifier. */
    private static boolean isLock(RunState run, long address) {
        EbpfMap map = run.mapOfValue(address, ValueLock.BYTES);
        if (map == null || map.spec().spinLockOffset() == MapSpec.NO_SPIN_LOCK) {
            return false;
        }
        // A whole value from there lies in one value of the map only if that is where it begins.
        long value = address - map.spec().spinLockOffset();
        return map.contains(value, map.spec().valueBytes()) && run.mayWrite(address, ValueLock.BYTES);
    }

    private static boolean isConstantText(RunState run, long address) {
        EbpfMap map = run.mapOfValue(address, 1);
        if (map == null || RunState.isWritable(map.spec())) {
            return false;
        }
        for (long at = address; map.contains(at, 1); at++) {
            if (Mem.getByte(at) == 0) {
                return true;
            }
        }
        return false;
    }
}
