// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.helper;

import java.util.List;
import java.util.Set;
import weir.ebpf.map.MapType;

/**
 * A helper as programs see it; {@code struct bpf_func_proto}, {@code include/linux/bpf.h}.
 *
 * @param arguments in r1 on; what lies in registers behind the last is not checked, not even whether it was
 *     ever written ({@code bpf_trace_printk} takes r3 to r5 so)
 * @param maps types that its map may have; empty where it takes none
 * @param flags what else the verifier has to know
 */
public record Helper(
        HelperFunction function, List<Argument> arguments, Returns returns, Set<MapType> maps, Set<Flag> flags) {
    /** What r0 holds afterwards. */
    public enum Returns {
        SCALAR,
        /** Pointer to a value of the map, or to a map for maps of maps, or null. */
        MAP_VALUE_OR_NULL,
        /** Pointer to memory of the size that {@link Argument.Kind#RETURNED_SIZE} gives, or null; to be released. */
        RECORD_OR_NULL,
        /** Nothing that may be used. */
        NOTHING
    }

    /** What else there is to a helper. */
    public enum Flag {
        /** Only programs under a licence compatible with the GPL may call it. */
        GPL,
        /** Pointers into the frame, and comparisons with its end, are void afterwards. */
        MOVES_PACKET,
        /** Keys, values and memory may lie in the frame. */
        TAKES_PACKET,
        /** May be called while a spin lock is held. */
        UNDER_LOCK
    }

    public Helper {
        arguments = List.copyOf(arguments);
        maps = Set.copyOf(maps);
        flags = Set.copyOf(flags);
    }

    public String name() {
        return function.kernelName();
    }

    public boolean has(Flag flag) {
        return flags.contains(flag);
    }
}
