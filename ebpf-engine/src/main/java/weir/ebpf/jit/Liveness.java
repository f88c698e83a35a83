// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.IntFunction;
import weir.ebpf.helper.Helper;
import weir.ebpf.isa.CallKind;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.MemorySize;
import weir.ebpf.isa.RegisterUse;

/**
 * Which registers and local words of the stack are read before they are written, from a place of a function
 * on: a backward analysis by blocks. Values are numbered as they are spilled, see {@link JitCpu}; r10 is never
 * among them.
 */
final class Liveness {
    /**
     * What happens in a block.
     *
     * @param reads values that are read before they are written
     * @param next slots where it may go on
     */
    private record Block(BitSet reads, BitSet writes, List<Integer> next) {}

    private static final BitSet NOTHING = new BitSet();

    private final UnitPlan plan;
    private final FunctionAnalysis function;
    private final NavigableMap<Integer, Block> blocks = new TreeMap<>();
    private final Map<Integer, BitSet> live;

    private Liveness(UnitPlan plan, FunctionAnalysis function) {
        this.plan = plan;
        this.function = function;
        BitSet leaders = function.shape().leaders();
        for (int leader = leaders.nextSetBit(0); leader >= 0; leader = leaders.nextSetBit(leader + 1)) {
            blocks.put(leader, block(leader));
        }
        this.live = solve(blocks, outside -> NOTHING);
    }

    static Liveness of(UnitPlan plan, FunctionAnalysis function) {
        return new Liveness(plan, function);
    }

    /** Values that are read later, from the start of a block on. */
    BitSet at(int leader) {
        return live.getOrDefault(leader, NOTHING);
    }

    /** Values that a part may have changed and that are read behind one of its exits. */
    BitSet changed(Part part, int exit) {
        BitSet changed = new BitSet();
        blocksOf(part).values().forEach(block -> changed.or(block.writes()));
        changed.and(at(exit));
        return changed;
    }

    /** Values that a part needs from others: those that it reads, or changes on some ways to an exit only. */
    BitSet needed(Part part, List<Integer> entries) {
        Map<Integer, BitSet> inPart = solve(blocksOf(part), exit -> changed(part, exit));
        BitSet needed = new BitSet();
        entries.forEach(entry -> needed.or(inPart.getOrDefault(entry, NOTHING)));
        return needed;
    }

    private NavigableMap<Integer, Block> blocksOf(Part part) {
        return blocks.subMap(part.from(), true, part.to(), false);
    }

    // ---- between blocks ------------------------------------------------------------------------------

    private static Map<Integer, BitSet> solve(NavigableMap<Integer, Block> blocks, IntFunction<BitSet> outside) {
        Map<Integer, BitSet> live = new TreeMap<>();
        boolean isChanged = true;
        while (isChanged) {
            isChanged = false;
            for (Map.Entry<Integer, Block> each : blocks.descendingMap().entrySet()) {
                BitSet before = liveBefore(each.getValue(), blocks, live, outside);
                isChanged |= !before.equals(live.put(each.getKey(), before));
            }
        }
        return live;
    }

    private static BitSet liveBefore(
            Block block, Map<Integer, Block> blocks, Map<Integer, BitSet> live, IntFunction<BitSet> outside) {
        BitSet result = new BitSet();
        for (int next : block.next()) {
            result.or(blocks.containsKey(next) ? live.getOrDefault(next, NOTHING) : outside.apply(next));
        }
        result.andNot(block.writes());
        result.or(block.reads());
        return result;
    }

    // ---- in a block ----------------------------------------------------------------------------------

    private Block block(int leader) {
        FunctionShape shape = function.shape();
        Block block = new Block(new BitSet(), new BitSet(), new ArrayList<>());
        KnownState state = function.at(leader);
        int end = shape.endOfBlock(leader);
        int slot = leader;
        while (slot < end && !shape.dead().contains(slot)) {
            Instruction instruction = Objects.requireNonNull(shape.code().at(slot));
            use(slot, instruction, state, block);
            function.flow().step(slot, instruction, state);
            block.next().addAll(FunctionShape.targets(slot, instruction));
            if (!FunctionShape.fallsThrough(instruction)) {
                return block;
            }
            slot += instruction.slots();
        }
        if (slot >= end) {
            block.next().add(end);
        }
        return block;
    }

    private void use(int slot, Instruction instruction, KnownState state, Block block) {
        BitSet reads = registers(plan.analysis().registersRead(slot, instruction));
        BitSet writes = registers(RegisterUse.written(instruction));
        switch (instruction) {
            case Instruction.Load load -> reads.or(words(state.register(load.base()), load.offset(), load.size()));
            case Instruction.Store store -> {
                BitSet words = words(state.register(store.base()), store.offset(), store.size());
                writes.or(words);
                if (store.size() != MemorySize.DOUBLE) {
                    reads.or(words);
                }
            }
            case Instruction.Call call -> lend(call, state, reads, writes);
            default -> {}
        }
        reads.andNot(block.writes());
        block.reads().or(reads);
        block.writes().or(writes);
    }

    /** Words that a helper is lent are read before the call, and again after it where it may change them. */
    private void lend(Instruction.Call call, KnownState state, BitSet reads, BitSet writes) {
        Helper helper = call.kind() == CallKind.HELPER ? plan.helpers().find(call.target()) : null;
        if (helper == null) {
            return;
        }
        for (StackRange range : HelperSite.of(helper, state, plan.maps()).ranges()) {
            BitSet words = words(range.offset(), range.bytes());
            reads.or(words);
            if (range.isWritten()) {
                writes.or(words);
            }
        }
    }

    private static BitSet registers(int bits) {
        BitSet registers = BitSet.valueOf(new long[] {bits});
        registers.clear(StackUse.FRAME_POINTER);
        return registers;
    }

    private BitSet words(Known base, int displacement, MemorySize size) {
        return base instanceof Known.Stack(int offset) ? words(offset + displacement, size.bytes()) : new BitSet();
    }

    private BitSet words(int offset, int bytes) {
        BitSet words = new BitSet();
        if (StackUse.isInFrame(offset, bytes)) {
            long bits = StackUse.wordsOf(offset, bytes) & function.use().locals();
            for (long rest = bits; rest != 0; rest &= rest - 1) {
                words.set(JitCpu.spilledWord(Long.numberOfTrailingZeros(rest)));
            }
        }
        return words;
    }
}
