// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

import weir.ebpf.isa.Condition;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.MemorySize;
import weir.ebpf.isa.Operand;

/** Maps without keys (queue, stack, ring buffer) and those that redirect. */
final class QueueSnippets {
    private static final RandomMap[] TARGETS = {
        RandomMap.DEVMAP, RandomMap.DEVMAP_HASH, RandomMap.CPUMAP, RandomMap.XSKMAP
    };
    private static final int BROADCAST = 8;
    private static final int EXCLUDE_INGRESS = 16;

    private QueueSnippets() {}

    static boolean push(Frame frame) {
        int place = frame.filledPlace(8);
        frame.stackArgument(2, place);
        int flags = frame.random.nextInt(3) == 0 ? frame.random.nextInt(4) : 0;
        frame.moveImmediate(3, flags);
        frame.mapArgument(1, queueOrStack(frame));
        frame.callHelper(Helpers.MAP_PUSH_ELEM);
        return true;
    }

    /** Pop or peek. */
    static boolean take(Frame frame, int helper) {
        int place = frame.filledPlace(8);
        frame.stackArgument(2, place);
        frame.mapArgument(1, queueOrStack(frame));
        frame.callHelper(helper);
        return true;
    }

    private static RandomMap queueOrStack(Frame frame) {
        return frame.random.nextBoolean() ? RandomMap.QUEUE : RandomMap.STACK;
    }

    /** One of few numbers, so that some are found again; the filter is far too large for false answers. */
    static boolean bloomPush(Frame frame) {
        fewNumbers(frame);
        frame.moveImmediate(3, frame.random.nextInt(6) == 0 ? frame.random.nextInt(4) : 0);
        frame.mapArgument(1, RandomMap.BLOOM_FILTER);
        frame.callHelper(Helpers.MAP_PUSH_ELEM);
        return true;
    }

    static boolean bloomPeek(Frame frame) {
        fewNumbers(frame);
        frame.mapArgument(1, RandomMap.BLOOM_FILTER);
        frame.callHelper(Helpers.MAP_PEEK_ELEM);
        return true;
    }

    private static void fewNumbers(Frame frame) {
        int place = frame.place(Long.BYTES);
        boolean varies = frame.random.nextInt(3) == 0;
        Operand number = varies
                ? Operand.register(frame.bounded(RandomMap.KEYS - 1))
                : Operand.immediate(frame.random.nextInt(RandomMap.KEYS));
        frame.store(MemorySize.DOUBLE, Frame.FRAME_POINTER, place, number);
        frame.state.storeScalar(place, Long.BYTES);
        frame.stackArgument(2, place);
    }

    static boolean ringOutput(Frame frame) {
        int bytes = 1 + frame.random.nextInt(32);
        int place = frame.filledPlace(bytes);
        frame.stackArgument(2, place);
        frame.moveImmediate(3, bytes);
        frame.moveImmediate(4, frame.random.nextInt(4));
        frame.mapArgument(1, RandomMap.RINGBUF);
        frame.callHelper(Helpers.RINGBUF_OUTPUT);
        return true;
    }

    /** Reserves, writes all of a small record, and submits or discards; a large one is discarded. */
    static boolean ringReserve(Frame frame) {
        boolean isLarge = frame.random.nextInt(4) == 0;
        int bytes = 8 + frame.random.nextInt(isLarge ? 2000 : 40);
        int value = frame.argumentScalar();
        frame.moveImmediate(3, 0);
        frame.moveImmediate(2, bytes);
        frame.mapArgument(1, RandomMap.RINGBUF);
        frame.callHelper(Helpers.RINGBUF_RESERVE);
        int behind = frame.code.newLabel();
        frame.code.addJump(new Instruction.Branch(true, Condition.EQ, 0, Operand.immediate(0), (short) 0), behind);
        boolean immediate = value == Frame.NONE || value == 0;
        Operand stored = immediate ? Operand.immediate(frame.immediate()) : Operand.register(value);
        if (isLarge) {
            frame.store(MemorySize.DOUBLE, 0, frame.random.nextInt(bytes - 7), stored);
        } else {
            fillRecord(frame, bytes, stored);
        }
        frame.move(1, 0);
        frame.moveImmediate(2, frame.random.nextInt(3));
        boolean isSubmitted = !isLarge && frame.random.nextInt(3) != 0;
        frame.callHelper(isSubmitted ? Helpers.RINGBUF_SUBMIT : Helpers.RINGBUF_DISCARD);
        frame.code.place(behind);
        frame.state.set(0, RegisterType.UNSET);
        return true;
    }

    /** What nobody writes would be what an earlier record left there. */
    private static void fillRecord(Frame frame, int bytes, Operand stored) {
        for (int at = 0; at < bytes; ) {
            MemorySize size = Frame.atMost(MemorySize.DOUBLE, bytes - at);
            boolean telling = frame.random.nextBoolean();
            frame.store(size, 0, at, telling ? stored : Operand.immediate(frame.immediate()));
            at += size.bytes();
        }
    }

    static boolean ringQuery(Frame frame) {
        frame.scalarArgument(2, frame.random.nextInt(5));
        frame.mapArgument(1, RandomMap.RINGBUF);
        frame.callHelper(Helpers.RINGBUF_QUERY);
        return true;
    }

    static boolean redirect(Frame frame) {
        frame.scalarArgument(1, frame.random.nextInt(12));
        frame.scalarArgument(2, frame.random.nextInt(3) == 0 ? 1 : 0);
        frame.callHelper(Helpers.REDIRECT);
        return true;
    }

    static boolean redirectMap(Frame frame) {
        RandomMap map = TARGETS[frame.random.nextInt(TARGETS.length)];
        int flags = frame.random.nextInt(5);
        if (frame.random.nextInt(3) == 0) {
            flags |= frame.random.nextBoolean() ? BROADCAST : BROADCAST | EXCLUDE_INGRESS;
        }
        frame.scalarArgument(3, flags);
        frame.scalarArgument(2, frame.random.nextInt(6));
        frame.mapArgument(1, map);
        frame.callHelper(Helpers.REDIRECT_MAP);
        return true;
    }
}
