// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

import weir.ebpf.isa.Condition;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.MemorySize;
import weir.ebpf.isa.Operand;
import weir.ebpf.random.RegisterType.Packet;
import weir.ebpf.random.RegisterType.Region;

/** Lookup, update, delete on the maps with keys. */
final class MapSnippets {
    private static final RandomMap[] KEYED = {
        RandomMap.ARRAY,
        RandomMap.HASH,
        RandomMap.LRU_HASH,
        RandomMap.PERCPU_ARRAY,
        RandomMap.PERCPU_HASH,
        RandomMap.LRU_PERCPU_HASH,
        RandomMap.LPM_TRIE
    };

    private static final RandomMap[] PER_CPU = {RandomMap.PERCPU_ARRAY, RandomMap.PERCPU_HASH, RandomMap.LRU_PERCPU_HASH
    };
    private static final RandomMap[] LOCKED = {RandomMap.LOCKED_ARRAY, RandomMap.LOCKED_HASH};
    private static final RandomMap[] TARGETS = {RandomMap.DEVMAP, RandomMap.DEVMAP_HASH, RandomMap.XSKMAP};
    private static final RandomMap[] OUTER = {RandomMap.ARRAY_OF_MAPS, RandomMap.HASH_OF_MAPS};
    /** More CPUs than there are anywhere. */
    private static final int NO_CPU = 1 << 20;

    private MapSnippets() {}

    /** How a map gets into the first argument. */
    @FunctionalInterface
    private interface MapSource {
        void toArgument1();
    }

    static boolean lookup(Frame frame) {
        RandomMap map = anyMap(frame);
        boolean keyInPacket = keyArgumentFromPacket(frame, map, 2);
        if (!keyInPacket && !keyArgument(frame, map, 2)) {
            return false;
        }
        frame.mapArgument(1, map);
        frame.callHelper(Helpers.MAP_LOOKUP_ELEM);
        int label = frame.code.newLabel();
        boolean skip = frame.mayNest() && frame.random.nextBoolean();
        frame.state.set(0, RegisterType.UNSET);
        frame.code.addJump(
                new Instruction.Branch(true, skip ? Condition.EQ : Condition.NE, 0, Operand.immediate(0), (short) 0),
                label);
        MachineState skipped = frame.state.copy();
        skipped.set(0, RegisterType.SCALAR);
        if (!skip) {
            frame.leave(true);
            frame.code.place(label);
        }
        frame.state.set(0, new Region(map.valueKind(), map.valueBytes(), true));
        int stable = frame.freeStable();
        if (stable != Frame.NONE && frame.random.nextInt(3) != 0) {
            frame.move(stable, 0);
        }
        if (skip) {
            frame.body(1 + frame.random.nextInt(4));
            frame.code.place(label);
            frame.state = frame.state.meet(skipped);
        }
        return true;
    }

    static boolean update(Frame frame) {
        RandomMap map = frame.random.nextInt(8) == 0 ? pick(frame, LOCKED) : anyMap(frame);
        return update(frame, map, () -> frame.mapArgument(1, map));
    }

    private static boolean update(Frame frame, RandomMap map, MapSource source) {
        int value = valueSource(frame, map);
        int place = value == Frame.NONE ? frame.filledPlace(map.valueBytes()) : 0;
        if (place == Frame.NONE || !keyArgument(frame, map, 2)) {
            return false;
        }
        if (value == Frame.NONE) {
            frame.stackArgument(3, place);
        } else {
            frame.move(3, value);
        }
        int flags = frame.random.nextInt(3) == 0 ? frame.random.nextInt(9) : 0;
        frame.scalarArgument(4, flags);
        source.toArgument1();
        frame.callHelper(Helpers.MAP_UPDATE_ELEM);
        frame.forgetElements();
        return true;
    }

    static boolean delete(Frame frame) {
        RandomMap map = frame.random.nextInt(8) == 0 ? pick(frame, LOCKED) : anyMap(frame);
        return delete(frame, map, () -> frame.mapArgument(1, map));
    }

    private static boolean delete(Frame frame, RandomMap map, MapSource source) {
        if (!keyArgument(frame, map, 2)) {
            return false;
        }
        source.toArgument1();
        frame.callHelper(Helpers.MAP_DELETE_ELEM);
        frame.forgetElements();
        return true;
    }

    /** An element of a map that another map holds: looked up and used, updated, or deleted. */
    static boolean inner(Frame frame) {
        RandomMap outer = pick(frame, OUTER);
        RandomMap map = outer.inner().getFirst();
        int found = frame.freeStable();
        if (found == Frame.NONE || !keyArgument(frame, outer, 2)) {
            return false;
        }
        frame.mapArgument(1, outer);
        frame.callHelper(Helpers.MAP_LOOKUP_ELEM);
        int behind = frame.code.newLabel();
        leaveIfNull(frame, behind);
        frame.state.set(found, RegisterType.UNSET);
        MachineState skipped = frame.state.copy();
        frame.move(found, 0);
        MapSource source = () -> frame.move(1, found);
        switch (frame.random.nextInt(4)) {
            case 0 -> update(frame, map, source);
            case 1 -> delete(frame, map, source);
            default -> {
                keyArgument(frame, map, 2);
                source.toArgument1();
                frame.callHelper(Helpers.MAP_LOOKUP_ELEM);
                leaveIfNull(frame, behind);
                useValue(frame, new Region(map.valueKind(), map.valueBytes(), true));
            }
        }
        frame.code.place(behind);
        frame.state = frame.state.meet(skipped);
        return true;
    }

    /** The value of the CPU that the program runs on, or of one that is not there. */
    static boolean lookupPerCpu(Frame frame) {
        RandomMap map = pick(frame, PER_CPU);
        int cpu = frame.freeStable();
        int room = frame.place(map.keyBytes());
        if (cpu == Frame.NONE || room == Frame.NONE) {
            return false;
        }
        if (frame.random.nextInt(5) == 0) {
            frame.moveImmediate(cpu, NO_CPU);
        } else {
            frame.callHelper(Helpers.GET_SMP_PROCESSOR_ID);
            frame.state.set(0, RegisterType.UNSET);
            frame.move(cpu, 0);
        }
        keyArgument(frame, map, 2);
        frame.move(3, cpu);
        frame.state.set(cpu, RegisterType.UNSET);
        frame.mapArgument(1, map);
        frame.callHelper(Helpers.MAP_LOOKUP_PERCPU_ELEM);
        int behind = frame.code.newLabel();
        leaveIfNull(frame, behind);
        MachineState skipped = frame.state.copy();
        useValue(frame, new Region(map.valueKind(), map.valueBytes(), true));
        frame.code.place(behind);
        frame.state = frame.state.meet(skipped);
        return true;
    }

    /** Whether there is a target; of a device map, which. */
    static boolean lookupTarget(Frame frame) {
        RandomMap map = pick(frame, TARGETS);
        if (!keyArgument(frame, map, 2)) {
            return false;
        }
        frame.mapArgument(1, map);
        frame.callHelper(Helpers.MAP_LOOKUP_ELEM);
        int behind = frame.code.newLabel();
        frame.code.addJump(new Instruction.Branch(true, Condition.EQ, 0, Operand.immediate(0), (short) 0), behind);
        if (map == RandomMap.XSKMAP) {
            frame.moveImmediate(0, 1);
        } else {
            frame.load(MemorySize.WORD, false, 0, 0, 0, RegisterType.SCALAR);
        }
        frame.code.place(behind);
        return true;
    }

    /** Goes to the label if r0 is null; it holds nothing usable behind. */
    private static void leaveIfNull(Frame frame, int label) {
        frame.code.addJump(new Instruction.Branch(true, Condition.EQ, 0, Operand.immediate(0), (short) 0), label);
        frame.state.set(0, RegisterType.UNSET);
    }

    private static void useValue(Frame frame, Region value) {
        frame.state.set(0, value);
        frame.body(1 + frame.random.nextInt(3));
    }

    private static RandomMap pick(Frame frame, RandomMap... maps) {
        return maps[frame.random.nextInt(maps.length)];
    }

    private static RandomMap anyMap(Frame frame) {
        return pick(frame, KEYED);
    }

    /** A stable register that points to enough bytes that are no hash element, or NONE. */
    private static int valueSource(Frame frame, RandomMap map) {
        if (frame.random.nextBoolean()) {
            return Frame.NONE;
        }
        return frame.findStable(type -> switch (type) {
            case Packet(int bytes) -> bytes >= map.valueBytes();
            case Region region -> region.bytes() >= map.valueBytes() && region.kind() != RegisterType.Kind.HASH_VALUE;
            default -> false;
        });
    }

    /**
     * Puts one of few keys on the stack and its address into an argument register. Emits nothing and
     * returns false if the frame has no room.
     */
    static boolean keyArgument(Frame frame, RandomMap map, int argument) {
        int offset = frame.place(map.keyBytes());
        if (offset == Frame.NONE) {
            return false;
        }
        if (map == RandomMap.LPM_TRIE) {
            int prefix = frame.random.nextInt(12) == 0 ? 40 : frame.random.nextInt(33);
            storeKey(frame, MemorySize.WORD, offset, prefix, 0x1f);
            storeKey(frame, MemorySize.WORD, offset + 4, frame.random.nextInt(), 0x7f7f7f7f);
        } else {
            MemorySize size = map.keyBytes() == 8 ? MemorySize.DOUBLE : MemorySize.WORD;
            storeKey(frame, size, offset, frame.random.nextInt(RandomMap.KEYS), RandomMap.KEYS - 1);
        }
        frame.stackArgument(argument, offset);
        return true;
    }

    private static void storeKey(Frame frame, MemorySize size, int offset, int constant, int mask) {
        if (frame.random.nextInt(3) == 0) {
            frame.store(size, Frame.FRAME_POINTER, offset, Operand.register(frame.bounded(mask)));
        } else {
            frame.store(size, Frame.FRAME_POINTER, offset, Operand.immediate(constant));
        }
        frame.state.storeScalar(offset, size.bytes());
    }

    /** Sometimes the key is a piece of the packet; for maps where many keys do no harm. */
    private static boolean keyArgumentFromPacket(Frame frame, RandomMap map, int argument) {
        if (frame.random.nextInt(4) != 0) {
            return false;
        }
        int source = frame.findStable(type -> type instanceof Packet(int bytes) && bytes >= map.keyBytes());
        if (source == Frame.NONE) {
            return false;
        }
        frame.move(argument, source);
        return true;
    }
}
