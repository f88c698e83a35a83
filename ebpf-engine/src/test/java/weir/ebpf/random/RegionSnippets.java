// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

import weir.ebpf.isa.AluOp;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.MemorySize;
import weir.ebpf.isa.Operand;
import weir.ebpf.isa.WideKind;
import weir.ebpf.random.RegisterType.Kind;
import weir.ebpf.random.RegisterType.Region;

/** Accesses through pointers to map values, keys, and the stacks of callers. */
final class RegionSnippets {
    private RegionSnippets() {}

    static boolean load(Frame frame) {
        int base = frame.find(type -> type instanceof Region);
        if (base == Frame.NONE) {
            return false;
        }
        Region region = (Region) frame.state.get(frame.hold(base));
        MemorySize size = fitting(frame, region.bytes());
        boolean signed = size != MemorySize.DOUBLE && frame.random.nextInt(3) == 0;
        int offset = offset(frame, region, size);
        int dst = frame.random.nextInt(8) == 0 && frame.isUnlocked(base) ? base : frame.free();
        frame.load(size, signed, dst, base, offset, RegisterType.SCALAR);
        return true;
    }

    static boolean store(Frame frame) {
        int base = frame.find(RegionSnippets::isWritable);
        if (base == Frame.NONE) {
            return false;
        }
        Region region = (Region) frame.state.get(frame.hold(base));
        MemorySize size = fitting(frame, region.bytes());
        frame.store(size, base, offset(frame, region, size), frame.operand());
        return true;
    }

    /** At an offset that only the run knows. */
    static boolean variable(Frame frame) {
        int base = frame.find(type -> type instanceof Region region && region.bytes() >= 16);
        if (base == Frame.NONE) {
            return false;
        }
        Region region = (Region) frame.state.get(frame.hold(base));
        MemorySize size = StackSnippets.anySize(frame);
        int mask = Integer.highestOneBit(region.bytes() - size.bytes()) - 1;
        int index = frame.bounded(needsAlignment(region) ? mask & -size.bytes() : mask);
        int place = frame.free();
        frame.move(place, base);
        frame.add(new Instruction.Alu(true, AluOp.ADD, place, Operand.register(index)));
        frame.state.set(place, RegisterType.UNSET);
        if (region.writable() && frame.random.nextBoolean()) {
            frame.store(size, place, 0, frame.operand());
        } else {
            frame.load(size, false, frame.free(), place, 0, RegisterType.SCALAR);
        }
        return true;
    }

    /** Another pointer, further on. */
    static boolean advance(Frame frame) {
        int base = frame.find(type -> type instanceof Region region && region.bytes() >= 12);
        if (base == Frame.NONE) {
            return false;
        }
        Region region = (Region) frame.state.get(frame.hold(base));
        int step = (1 + frame.random.nextInt(2)) * (needsAlignment(region) ? 8 : 4);
        if (step >= region.bytes()) {
            return false;
        }
        int dst = frame.free();
        frame.move(dst, base);
        frame.addImmediate(dst, step);
        boolean aligned = region.aligned() && step % 8 == 0;
        frame.state.set(dst, new Region(region.kind(), region.bytes() - step, aligned));
        return true;
    }

    static boolean globalData(Frame frame) {
        return data(frame, RandomMap.GLOBAL_DATA, Kind.ARRAY_VALUE);
    }

    static boolean readOnlyData(Frame frame) {
        return data(frame, RandomMap.READ_ONLY_DATA, Kind.READ_ONLY);
    }

    private static boolean data(Frame frame, RandomMap map, Kind kind) {
        int dst = frame.free();
        int offset = frame.random.nextInt(4) == 0 ? frame.random.nextInt(map.valueBytes() - 16) : 0;
        int index = frame.program.draft.mapIndex(map);
        frame.add(new Instruction.LoadWide(dst, WideKind.MAP_INDEX_VALUE, index, offset));
        frame.state.set(dst, new Region(kind, map.valueBytes() - offset, offset % 8 == 0));
        return true;
    }

    static boolean atomic(Frame frame) {
        int base = frame.find(RegionSnippets::isFitForAtomics);
        if (base == Frame.NONE) {
            return false;
        }
        Region region = (Region) frame.state.get(frame.hold(base));
        MemorySize size = frame.random.nextBoolean() ? MemorySize.WORD : MemorySize.DOUBLE;
        int offset = size.bytes() * frame.random.nextInt(region.bytes() / size.bytes());
        return StackSnippets.atomic(frame, size, base, offset);
    }

    /** Load-acquire or store-release. */
    static boolean orderedAccess(Frame frame) {
        int base = frame.find(RegionSnippets::isFitForAtomics);
        if (base == Frame.NONE) {
            return false;
        }
        Region region = (Region) frame.state.get(frame.hold(base));
        MemorySize size = StackSnippets.anySize(frame);
        short offset = (short) (size.bytes() * frame.random.nextInt(region.bytes() / size.bytes()));
        boolean acquire = frame.random.nextBoolean();
        int register = acquire ? frame.free() : frame.scalar();
        frame.add(new Instruction.OrderedAccess(size, acquire, register, base, offset));
        frame.state.set(register, RegisterType.SCALAR);
        return true;
    }

    static boolean isWritable(RegisterType type) {
        return type instanceof Region region && region.writable();
    }

    private static boolean isFitForAtomics(RegisterType type) {
        return type instanceof Region region && region.writable() && region.aligned() && region.bytes() >= 8;
    }

    private static boolean needsAlignment(Region region) {
        return region.kind() == Kind.CALLER_STACK;
    }

    private static int offset(Frame frame, Region region, MemorySize size) {
        int places = region.bytes() - size.bytes() + 1;
        int offset = frame.random.nextInt(places);
        return needsAlignment(region) ? offset & -size.bytes() : offset;
    }

    static MemorySize fitting(Frame frame, int bytes) {
        return Frame.atMost(StackSnippets.anySize(frame), bytes);
    }
}
