// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.helper;

import static weir.ebpf.helper.Argument.Kind.CALLBACK;
import static weir.ebpf.helper.Argument.Kind.CONST_STRING;
import static weir.ebpf.helper.Argument.Kind.CONTEXT;
import static weir.ebpf.helper.Argument.Kind.MAP;
import static weir.ebpf.helper.Argument.Kind.MAP_KEY;
import static weir.ebpf.helper.Argument.Kind.MAP_VALUE;
import static weir.ebpf.helper.Argument.Kind.MAP_VALUE_OUT;
import static weir.ebpf.helper.Argument.Kind.MEMORY;
import static weir.ebpf.helper.Argument.Kind.MEMORY_IN_OUT;
import static weir.ebpf.helper.Argument.Kind.MEMORY_OR_NULL;
import static weir.ebpf.helper.Argument.Kind.MEMORY_OUT;
import static weir.ebpf.helper.Argument.Kind.MEMORY_OUT_OR_NULL;
import static weir.ebpf.helper.Argument.Kind.RECORD;
import static weir.ebpf.helper.Argument.Kind.RETURNED_SIZE;
import static weir.ebpf.helper.Argument.Kind.SCALAR;
import static weir.ebpf.helper.Argument.Kind.SIZE;
import static weir.ebpf.helper.Argument.Kind.SIZE_OR_ZERO;
import static weir.ebpf.helper.Argument.Kind.SPIN_LOCK;
import static weir.ebpf.helper.Argument.Kind.STACK_OR_NULL;
import static weir.ebpf.helper.Helper.Flag.GPL;
import static weir.ebpf.helper.Helper.Flag.MOVES_PACKET;
import static weir.ebpf.helper.Helper.Flag.TAKES_PACKET;
import static weir.ebpf.helper.Helper.Flag.UNDER_LOCK;
import static weir.ebpf.helper.Helper.Returns.MAP_VALUE_OR_NULL;
import static weir.ebpf.helper.Helper.Returns.NOTHING;
import static weir.ebpf.helper.Helper.Returns.RECORD_OR_NULL;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import weir.ebpf.isa.SwitchCalls;
import weir.ebpf.map.MapType;
import weir.ebpf.program.ProgramType;

/**
 * The helpers of each program type by number: the only place that says what there is and what each takes.
 * Immutable.
 *
 * <p>Numbers of XDP's are those of {@code enum bpf_func_id}, {@code uapi/linux/bpf.h}; signatures and flags those
 * of kernel 6.18: {@code net/core/filter.c}, {@code kernel/bpf/helpers.c}; which map goes with which
 * helper, {@code check_map_func_compatibility} in {@code kernel/bpf/verifier.c}.
 */
public final class HelperTable {
    private static final Set<MapType> KEYED = EnumSet.of(
            MapType.HASH,
            MapType.ARRAY,
            MapType.PERCPU_HASH,
            MapType.PERCPU_ARRAY,
            MapType.LRU_HASH,
            MapType.LRU_PERCPU_HASH,
            MapType.LPM_TRIE);
    private static final Set<MapType> LOOKED_UP = union(
            KEYED,
            EnumSet.of(
                    MapType.ARRAY_OF_MAPS, MapType.HASH_OF_MAPS, MapType.DEVMAP, MapType.DEVMAP_HASH, MapType.XSKMAP));
    private static final Set<MapType> VISITED = EnumSet.of(
            MapType.HASH,
            MapType.ARRAY,
            MapType.PERCPU_HASH,
            MapType.PERCPU_ARRAY,
            MapType.LRU_HASH,
            MapType.LRU_PERCPU_HASH);
    private static final Set<MapType> PER_CPU =
            EnumSet.of(MapType.PERCPU_ARRAY, MapType.PERCPU_HASH, MapType.LRU_PERCPU_HASH);
    private static final Set<MapType> ORDERED = EnumSet.of(MapType.QUEUE, MapType.STACK);
    private static final Set<MapType> PUSHED = union(ORDERED, EnumSet.of(MapType.BLOOM_FILTER));
    private static final Set<MapType> TARGETS =
            EnumSet.of(MapType.DEVMAP, MapType.DEVMAP_HASH, MapType.CPUMAP, MapType.XSKMAP);
    private static final Set<MapType> RING = EnumSet.of(MapType.RINGBUF);

    /** What maps of VALE-BPF are: array, percpu_array, hashtable, percpu_hashtable. */
    private static final Set<MapType> NAMED =
            EnumSet.of(MapType.ARRAY, MapType.PERCPU_ARRAY, MapType.HASH, MapType.PERCPU_HASH);

    private static final HelperTable XDP = new HelperTable(xdpHelpers());
    private static final HelperTable VALE = new HelperTable(valeHelpers());

    private static final HelperTable SWITCH = XDP.with(
                    SwitchCalls.CLONE,
                    helper(HelperFunction.WEIR_CLONE, CONTEXT, SCALAR).build())
            .with(SwitchCalls.FLOOD, helper(HelperFunction.WEIR_FLOOD, CONTEXT).build())
            .with(SwitchCalls.LEARN, helper(HelperFunction.WEIR_LEARN, CONTEXT).build());

    private final SortedMap<Integer, Helper> helpers;

    private HelperTable(SortedMap<Integer, Helper> helpers) {
        this.helpers = Collections.unmodifiableSortedMap(helpers);
    }

    /** Those that the kernel has for XDP programs. */
    public static HelperTable xdp() {
        return XDP;
    }

    /** Those of XDP programs in a switch: the kernel's, and {@link SwitchCalls}. */
    public static HelperTable xdpInSwitch() {
        return SWITCH;
    }

    /** Those of a program type; of one that cannot run, as if it were XDP. */
    public static HelperTable of(ProgramType type) {
        return switch (type) {
            case XDP, OTHER -> SWITCH;
            case VALE -> VALE;
        };
    }

    /** A table with these numbers. */
    public static HelperTable of(Map<Integer, Helper> helpers) {
        return new HelperTable(new TreeMap<>(helpers));
    }

    /** This table with one helper more, or another one under its number. */
    public HelperTable with(int id, Helper helper) {
        SortedMap<Integer, Helper> extended = new TreeMap<>(helpers);
        extended.put(id, helper);
        return new HelperTable(extended);
    }

    /** The helper of that number; null if there is none. */
    public @Nullable Helper find(int id) {
        return helpers.get(id);
    }

    /** Helpers by number, ascending. */
    public SortedMap<Integer, Helper> all() {
        return helpers;
    }

    /** Why there is no helper of that number, with the list of those that there are. */
    public String refusal(int id) {
        String list = helpers.entrySet().stream()
                .filter(e -> !e.getValue().function().isOfSwitch())
                .map(e -> e.getValue().name().substring("bpf_".length()) + '#' + e.getKey())
                .collect(Collectors.joining(", "));
        return "unknown helper " + id + "; supported are " + list;
    }

    private static SortedMap<Integer, Helper> xdpHelpers() {
        SortedMap<Integer, Helper> all = new TreeMap<>();
        addMaps(all);
        addControl(all);
        addFrame(all);
        addMachine(all);
        addText(all);
        addEvents(all);
        return all;
    }

    /** {@code vale_bpf_create_vm} of VALE-BPF: the numbers of lookup and update are not those of Linux. */
    private static SortedMap<Integer, Helper> valeHelpers() {
        SortedMap<Integer, Helper> all = new TreeMap<>();
        all.put(
                1,
                helper(HelperFunction.MAP_UPDATE_ELEM, MAP, MAP_KEY, MAP_VALUE, SCALAR)
                        .maps(NAMED)
                        .flags(TAKES_PACKET)
                        .build());
        all.put(
                2,
                helper(HelperFunction.MAP_LOOKUP_ELEM, MAP, MAP_KEY)
                        .returns(MAP_VALUE_OR_NULL)
                        .maps(NAMED)
                        .flags(TAKES_PACKET)
                        .build());
        all.put(
                3,
                helper(HelperFunction.MAP_DELETE_ELEM, MAP, MAP_KEY)
                        .maps(NAMED)
                        .flags(TAKES_PACKET)
                        .build());
        return all;
    }

    private static void addMaps(SortedMap<Integer, Helper> all) {
        all.put(
                1,
                helper(HelperFunction.MAP_LOOKUP_ELEM, MAP, MAP_KEY)
                        .returns(MAP_VALUE_OR_NULL)
                        .maps(LOOKED_UP)
                        .flags(TAKES_PACKET)
                        .build());
        all.put(
                2,
                helper(HelperFunction.MAP_UPDATE_ELEM, MAP, MAP_KEY, MAP_VALUE, SCALAR)
                        .maps(KEYED)
                        .flags(TAKES_PACKET)
                        .build());
        all.put(
                3,
                helper(HelperFunction.MAP_DELETE_ELEM, MAP, MAP_KEY)
                        .maps(KEYED)
                        .flags(TAKES_PACKET)
                        .build());
        all.put(
                87,
                helper(HelperFunction.MAP_PUSH_ELEM, MAP, MAP_VALUE, SCALAR)
                        .maps(PUSHED)
                        .flags(TAKES_PACKET)
                        .build());
        all.put(
                88,
                helper(HelperFunction.MAP_POP_ELEM, MAP, MAP_VALUE_OUT)
                        .maps(ORDERED)
                        .build());
        all.put(
                89,
                helper(HelperFunction.MAP_PEEK_ELEM, MAP, MAP_VALUE_OUT)
                        .maps(PUSHED)
                        .build());
        all.put(
                195,
                helper(HelperFunction.MAP_LOOKUP_PERCPU_ELEM, MAP, MAP_KEY, SCALAR)
                        .returns(MAP_VALUE_OR_NULL)
                        .maps(PER_CPU)
                        .flags(TAKES_PACKET)
                        .build());
    }

    private static void addControl(SortedMap<Integer, Helper> all) {
        all.put(
                164,
                helper(HelperFunction.FOR_EACH_MAP_ELEM, MAP, CALLBACK, STACK_OR_NULL, SCALAR)
                        .maps(VISITED)
                        .build());
        all.put(
                181,
                helper(HelperFunction.LOOP, SCALAR, CALLBACK, STACK_OR_NULL, SCALAR)
                        .build());
        all.put(
                12,
                helper(HelperFunction.TAIL_CALL, CONTEXT, MAP, SCALAR)
                        .returns(NOTHING)
                        .maps(EnumSet.of(MapType.PROG_ARRAY))
                        .flags(MOVES_PACKET)
                        .build());
        all.put(93, helper(HelperFunction.SPIN_LOCK, SPIN_LOCK).returns(NOTHING).build());
        all.put(
                94,
                helper(HelperFunction.SPIN_UNLOCK, SPIN_LOCK)
                        .returns(NOTHING)
                        .flags(UNDER_LOCK)
                        .build());
    }

    private static void addFrame(SortedMap<Integer, Helper> all) {
        all.put(23, helper(HelperFunction.REDIRECT, SCALAR, SCALAR).build());
        all.put(
                51,
                helper(HelperFunction.REDIRECT_MAP, MAP, SCALAR, SCALAR)
                        .maps(TARGETS)
                        .build());
        all.put(
                44,
                helper(HelperFunction.XDP_ADJUST_HEAD, CONTEXT, SCALAR)
                        .flags(MOVES_PACKET)
                        .build());
        all.put(
                65,
                helper(HelperFunction.XDP_ADJUST_TAIL, CONTEXT, SCALAR)
                        .flags(MOVES_PACKET)
                        .build());
        all.put(
                54,
                helper(HelperFunction.XDP_ADJUST_META, CONTEXT, SCALAR)
                        .flags(MOVES_PACKET)
                        .build());
        all.put(
                189,
                helper(HelperFunction.XDP_LOAD_BYTES, CONTEXT, SCALAR, MEMORY_OUT, SIZE)
                        .build());
        all.put(
                190,
                helper(HelperFunction.XDP_STORE_BYTES, CONTEXT, SCALAR, MEMORY, SIZE)
                        .build());
        all.put(188, helper(HelperFunction.XDP_GET_BUFF_LEN, CONTEXT).build());
        all.put(
                28,
                helper(HelperFunction.CSUM_DIFF, MEMORY_OR_NULL, SIZE_OR_ZERO, MEMORY_OR_NULL, SIZE_OR_ZERO, SCALAR)
                        .flags(TAKES_PACKET)
                        .build());
        all.put(
                69,
                helper(HelperFunction.FIB_LOOKUP, CONTEXT, MEMORY_IN_OUT, SIZE, SCALAR)
                        .flags(GPL)
                        .build());
        Helper mtu = new Helper(
                HelperFunction.CHECK_MTU,
                List.of(
                        Argument.of(CONTEXT),
                        Argument.of(SCALAR),
                        Argument.fixedMemory(Integer.BYTES),
                        Argument.of(SCALAR),
                        Argument.of(SCALAR)),
                Helper.Returns.SCALAR,
                Set.of(),
                Set.of(GPL));
        all.put(163, mtu);
    }

    private static void addMachine(SortedMap<Integer, Helper> all) {
        all.put(5, helper(HelperFunction.KTIME_GET_NS).build());
        all.put(125, helper(HelperFunction.KTIME_GET_BOOT_NS).build());
        all.put(160, helper(HelperFunction.KTIME_GET_COARSE_NS).build());
        all.put(118, helper(HelperFunction.JIFFIES64).build());
        all.put(7, helper(HelperFunction.GET_PRANDOM_U32).build());
        all.put(8, helper(HelperFunction.GET_SMP_PROCESSOR_ID).build());
        all.put(42, helper(HelperFunction.GET_NUMA_NODE_ID).build());
        all.put(14, helper(HelperFunction.GET_CURRENT_PID_TGID).build());
        all.put(15, helper(HelperFunction.GET_CURRENT_UID_GID).build());
        all.put(16, helper(HelperFunction.GET_CURRENT_COMM, MEMORY_OUT, SIZE).build());
    }

    private static void addText(SortedMap<Integer, Helper> all) {
        all.put(6, helper(HelperFunction.TRACE_PRINTK, MEMORY, SIZE).flags(GPL).build());
        all.put(
                177,
                helper(HelperFunction.TRACE_VPRINTK, MEMORY, SIZE, MEMORY_OR_NULL, SIZE_OR_ZERO)
                        .flags(GPL)
                        .build());
        all.put(
                165,
                helper(
                                HelperFunction.SNPRINTF,
                                MEMORY_OUT_OR_NULL,
                                SIZE_OR_ZERO,
                                CONST_STRING,
                                MEMORY_OR_NULL,
                                SIZE_OR_ZERO)
                        .flags(GPL)
                        .build());
        all.put(182, helper(HelperFunction.STRNCMP, MEMORY, SIZE, CONST_STRING).build());
    }

    private static void addEvents(SortedMap<Integer, Helper> all) {
        all.put(
                25,
                helper(HelperFunction.PERF_EVENT_OUTPUT, CONTEXT, MAP, SCALAR, MEMORY, SIZE_OR_ZERO)
                        .maps(EnumSet.of(MapType.PERF_EVENT_ARRAY))
                        .flags(GPL)
                        .build());
        all.put(
                130,
                helper(HelperFunction.RINGBUF_OUTPUT, MAP, MEMORY, SIZE_OR_ZERO, SCALAR)
                        .maps(RING)
                        .build());
        all.put(
                131,
                helper(HelperFunction.RINGBUF_RESERVE, MAP, RETURNED_SIZE, SCALAR)
                        .returns(RECORD_OR_NULL)
                        .maps(RING)
                        .build());
        all.put(
                132,
                helper(HelperFunction.RINGBUF_SUBMIT, RECORD, SCALAR)
                        .returns(NOTHING)
                        .build());
        all.put(
                133,
                helper(HelperFunction.RINGBUF_DISCARD, RECORD, SCALAR)
                        .returns(NOTHING)
                        .build());
        all.put(
                134,
                helper(HelperFunction.RINGBUF_QUERY, MAP, SCALAR).maps(RING).build());
    }

    private static Set<MapType> union(Set<MapType> a, Set<MapType> b) {
        Set<MapType> both = EnumSet.copyOf(a);
        both.addAll(b);
        return both;
    }

    private static Builder helper(HelperFunction function, Argument.Kind... kinds) {
        return new Builder(function, kinds);
    }

    /** A row of the table while it is written down. */
    private static final class Builder {
        private final HelperFunction function;
        private final List<Argument> arguments = new ArrayList<>();
        private Helper.Returns returns = Helper.Returns.SCALAR;
        private Set<MapType> maps = Set.of();
        private Set<Helper.Flag> flags = Set.of();

        Builder(HelperFunction function, Argument.Kind[] kinds) {
            this.function = function;
            for (Argument.Kind kind : kinds) {
                arguments.add(Argument.of(kind));
            }
        }

        Builder returns(Helper.Returns what) {
            returns = what;
            return this;
        }

        Builder maps(Set<MapType> types) {
            maps = types;
            return this;
        }

        Builder flags(Helper.Flag... all) {
            flags = Set.of(all);
            return this;
        }

        Helper build() {
            return new Helper(function, arguments, returns, maps, flags);
        }
    }
}
