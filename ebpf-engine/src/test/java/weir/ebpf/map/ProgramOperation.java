// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.random.RandomGenerator;
import weir.ebpf.helper.Helper;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.Assembler;
import weir.ebpf.kernel.SpinLockBtf;
import weir.ebpf.program.ProgramSpec;

/**
 * What a program can do with a map, each as a program that takes its arguments out of the frame and puts what it
 * reads there.
 *
 * <pre>
 *  0 flags, CPU or question   u64
 *  8 key
 * 40 value, given and taken
 * </pre>
 */
enum ProgramOperation {
    LOOKUP(1),
    UPDATE(2),
    DELETE(3),
    REDIRECT(51),
    PUSH(87),
    POP(88),
    PEEK(89),
    PERCPU_LOOKUP(195),
    PERF_EVENT(25),
    RING_OUTPUT(130),
    RING_SUBMIT(132),
    RING_DISCARD(133),
    RING_QUERY(134);

    static final int FRAME_BYTES = 96;

    private static final int KEY = 8;
    private static final int VALUE = 40;
    private static final int KEY_PLACE = -64;
    private static final int VALUE_PLACE = -96;
    private static final int RECORD_BYTES = 20;
    private static final int RESERVE = 131;
    private static final long CURRENT_CPU = 0xffff_ffffL;
    private static final String PROLOGUE = """
            r6 = r1
            r7 = *(u32 *)(r1 +0)
            r2 = *(u32 *)(r1 +4)
            r3 = r7
            r3 += 96
            if r3 > r2 goto miss
            r8 = *(u64 *)(r7 +0)
            """;
    private static final String EPILOGUE = """
            exit
            miss:
            r0 = 0
            exit
            """;

    private final int helper;

    ProgramOperation(int helper) {
        this.helper = helper;
    }

    /** Whether there is such an operation for programs on such a map. */
    boolean isFor(MapSpec map) {
        boolean reads = this == LOOKUP || this == PERCPU_LOOKUP || this == POP || this == PEEK;
        boolean writes = this == UPDATE || this == DELETE || this == PUSH || this == POP;
        return types().contains(map.type())
                && !(reads && (map.flags() & MapFlags.WRONLY_PROG) != 0)
                && !(writes && (map.flags() & MapFlags.RDONLY_PROG) != 0);
    }

    private Set<MapType> types() {
        int number = this == RING_SUBMIT || this == RING_DISCARD ? RESERVE : helper;
        Helper found = Objects.requireNonNull(HelperTable.xdp().find(number));
        return found.maps();
    }

    /** The program over a map of such a blueprint, by its index. */
    ProgramSpec program(MapSpec map, int index) {
        List<String> lines = new ArrayList<>();
        copy(lines, "r7", KEY, "r10", KEY_PLACE, map.keyBytes());
        copy(lines, "r7", VALUE, "r10", VALUE_PLACE, Math.max(map.valueBytes(), RECORD_BYTES));
        lines.addAll(call(map));
        String text = PROLOGUE + String.join("\n", lines) + "\n" + EPILOGUE;
        return ProgramSpec.of(
                programName(),
                new Assembler().maps(name -> OptionalInt.of(index)).read(text).code());
    }

    /** Flags that it knows, some that it does not; for other operations what the third argument is. */
    long flags(RandomGenerator random) {
        long[] choices = switch (this) {
            case LOOKUP, DELETE, POP, PEEK -> new long[] {0};
            case UPDATE -> new long[] {0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 4, 4, 5, 6, 8, 1L << 40, -1};
            case REDIRECT -> new long[] {0, 1, 2, 3, 4, 8, 9, 16, 24, 25, 32, 1L << 40, -1};
            case PUSH -> new long[] {0, 0, 0, 1, 2, 2, 2, 3, 4, 1L << 40, -1};
            case PERCPU_LOOKUP -> new long[] {0, 1, 1, 1 << 20, -1};
            case PERF_EVENT ->
                new long[] {
                    CURRENT_CPU, CURRENT_CPU, 14L << 32 | CURRENT_CPU, 97L << 32 | CURRENT_CPU, 0, 1, 4, 1L << 52
                };
            case RING_OUTPUT -> new long[] {0, 0, 0, 1, 2, 3, 4, -1};
            case RING_SUBMIT, RING_DISCARD -> new long[] {0, 0, 1, 2, 3};
            case RING_QUERY -> new long[] {0, 1, 2, 3, 4, -1};
        };
        return choices[random.nextInt(choices.length)];
    }

    /** The frame with an operation's arguments. */
    static byte[] frame(byte[] key, byte[] value, long flags) {
        byte[] frame = new byte[FRAME_BYTES];
        for (int i = 0; i < Long.BYTES; i++) {
            frame[i] = (byte) (flags >>> (i * Byte.SIZE));
        }
        System.arraycopy(key, 0, frame, KEY, key.length);
        System.arraycopy(value, 0, frame, VALUE, Math.min(value.length, FRAME_BYTES - VALUE));
        return frame;
    }

    String programName() {
        return name().toLowerCase(Locale.ROOT);
    }

    private List<String> call(MapSpec map) {
        List<String> lines = new ArrayList<>();
        String map1 = "r1 = map[m]";
        String key2 = "r2 = r10\nr2 += " + KEY_PLACE;
        String value2 = "r2 = r10\nr2 += " + VALUE_PLACE;
        String value3 = "r3 = r10\nr3 += " + VALUE_PLACE;
        String call = "call " + helper;
        switch (this) {
            case LOOKUP, PERCPU_LOOKUP -> {
                lines.addAll(List.of(map1, key2, "r3 = r8", call, "if r0 == 0 goto miss"));
                show(lines, map);
                lines.add("r0 = 1");
            }
            case UPDATE -> lines.addAll(List.of(map1, key2, value3, "r4 = r8", call));
            case DELETE -> lines.addAll(List.of(map1, key2, call));
            case REDIRECT -> lines.addAll(List.of(map1, "r2 = *(u32 *)(r7 +8)", "r3 = r8", call));
            case PUSH -> lines.addAll(List.of(map1, value2, "r3 = r8", call));
            case POP, PEEK -> {
                lines.addAll(List.of(map1, value2, call));
                copy(lines, "r10", VALUE_PLACE, "r7", VALUE, map.valueBytes());
            }
            case PERF_EVENT ->
                lines.addAll(List.of(
                        "r1 = r6",
                        "r2 = map[m]",
                        "r3 = r8",
                        "r4 = r10\nr4 += " + VALUE_PLACE,
                        "r5 = " + RECORD_BYTES,
                        call));
            case RING_OUTPUT -> lines.addAll(List.of(map1, value2, "r3 = " + RECORD_BYTES, "r4 = r8", call));
            case RING_SUBMIT, RING_DISCARD -> {
                lines.addAll(
                        List.of(map1, "r2 = " + RECORD_BYTES, "r3 = 0", "call " + RESERVE, "if r0 == 0 goto miss"));
                copy(lines, "r10", VALUE_PLACE, "r0", 0, RECORD_BYTES);
                lines.addAll(List.of("r1 = r0", "r2 = r8", call, "r0 = 1"));
            }
            case RING_QUERY -> lines.addAll(List.of(map1, "r2 = r8", call));
        }
        return lines;
    }

    /** What may be seen of a value: of a device map its port, of maps and sockets nothing, of locks nothing. */
    private static void show(List<String> lines, MapSpec map) {
        switch (map.type()) {
            case DEVMAP, DEVMAP_HASH -> copy(lines, "r0", 0, "r7", VALUE, Integer.BYTES);
            case ARRAY_OF_MAPS, HASH_OF_MAPS, XSKMAP -> {}
            default -> {
                if (map.spinLockOffset() == MapSpec.NO_SPIN_LOCK) {
                    copy(lines, "r0", 0, "r7", VALUE, map.valueBytes());
                } else {
                    int behind = SpinLockBtf.LOCK_OFFSET + Integer.BYTES;
                    copy(lines, "r0", 0, "r7", VALUE, SpinLockBtf.LOCK_OFFSET);
                    copy(lines, "r0", behind, "r7", VALUE + behind, SpinLockBtf.VALUE_BYTES - behind);
                }
            }
        }
    }

    /** Byte by byte, by way of r5. */
    private static void copy(List<String> lines, String from, int at, String to, int toAt, int bytes) {
        for (int i = 0; i < bytes; i++) {
            lines.add(String.format("r5 = *(u8 *)(%s %+d)", from, at + i));
            lines.add(String.format("*(u8 *)(%s %+d) = r5", to, toAt + i));
        }
    }

    /** All that are for such a map. */
    static List<ProgramOperation> of(MapSpec map) {
        return Arrays.stream(values()).filter(each -> each.isFor(map)).toList();
    }
}
