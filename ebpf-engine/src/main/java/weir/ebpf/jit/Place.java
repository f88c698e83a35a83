// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import weir.ebpf.map.MapFlags;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.ProgramFacts;
import weir.ebpf.run.RunState;

/** Where an access goes, and what is left to check before it may be done. */
sealed interface Place {
    /** A word of the stack that is a local. */
    record Local(int word, int firstBit) implements Place {}

    /** The stack's memory, at a constant offset from r10. */
    record StackMemory(int offset) implements Place {}

    /** A field of the context, at a constant offset. */
    record Field(int offset) implements Place {}

    /** Memory that is good when the check holds; where it does not, what the interpreter checks decides. */
    record Memory(Check check) implements Place {}

    /** Anything: what the interpreter checks decides. */
    record Unknown() implements Place {}

    /** What is checked first. */
    sealed interface Check {
        /** Nothing: the access is good. */
        record None() implements Check {}

        /** At or behind the start of the metadata, at or before the end of the frame; one of the two or both. */
        record InFrame(boolean lower, boolean upper) implements Check {}

        /** The base register minus this is not null. */
        record NotNull(int offset) implements Check {}

        /** In the only value of a map: {@code valueBytes} from the map's base. */
        record InGlobal(int map, int valueBytes) implements Check {}
    }

    /**
     * Looks at an access of {@code bytes} at the base register plus a displacement.
     *
     * @param known what the base register holds
     */
    static Place of(Emission emission, Known known, int displacement, int bytes, boolean isWrite) {
        return switch (known) {
            case Known.Context(int offset) -> new Field(offset + displacement);
            case Known.Stack(int offset) -> onStack(emission.use, offset + displacement, bytes);
            case Known.Packet(int origin, int offset) -> {
                boolean isKnown = origin != Known.Packet.UNKNOWN_ORIGIN;
                int from = offset + displacement;
                int shown = emission.state().bytesInFrame(origin);
                boolean upper = !(isKnown && from >= 0 && from + bytes <= shown);
                boolean lower = !(origin == Known.Packet.DATA || origin == Known.Packet.META) || from < 0;
                yield checked(emission, upper || lower ? new Check.InFrame(lower, upper) : new Check.None());
            }
            case Known.MapValue(int map, int offset) -> {
                MapSpec spec = emission.plan.maps().get(map);
                int from = offset + displacement;
                boolean isInside = from >= 0 && from <= spec.valueBytes() - bytes;
                yield isInside && isAllowed(spec, isWrite)
                        ? checked(emission, new Check.NotNull(offset))
                        : guessed(emission);
            }
            case Known.Global(int map, int offset) -> {
                MapSpec spec = emission.plan.maps().get(map);
                int from = offset + displacement;
                boolean isInside = from >= 0 && from <= spec.valueBytes() - bytes;
                yield isInside && isAllowed(spec, isWrite) ? new Memory(new Check.None()) : guessed(emission);
            }
            case Known.InGlobal(int map) -> {
                MapSpec spec = emission.plan.maps().get(map);
                yield bytes <= spec.valueBytes() && isAllowed(spec, isWrite)
                        ? checked(emission, new Check.InGlobal(map, spec.valueBytes()))
                        : guessed(emission);
            }
            case Known.InMapValue in -> guessed(emission);
            case Known.InRecord in -> guessed(emission);
            case Known.Anything anything -> byFact(emission);
            case Known.MaybeStack stack -> byFact(emission);
            case Known.PacketEnd end -> new Unknown();
            case Known.Constant number -> new Unknown();
            case Known.Map map -> new Unknown();
            case Known.Function function -> new Unknown();
        };
    }

    private static Place onStack(StackUse use, int offset, int bytes) {
        if (!StackUse.isInFrame(offset, bytes)) {
            return new Unknown();
        }
        int word = StackUse.wordOf(offset);
        return use.isLocal(word)
                ? new Local(word, (offset - StackUse.offsetOf(word)) * Byte.SIZE)
                : new StackMemory(offset);
    }

    private static boolean isAllowed(MapSpec spec, boolean isWrite) {
        return isWrite ? RunState.isWritable(spec) : (spec.flags() & MapFlags.WRONLY_PROG) == 0;
    }

    /** Memory with a check, which code that is not checked leaves out. */
    private static Place checked(Emission emission, Check check) {
        return new Memory(emission.plan.isChecked() ? check : new Check.None());
    }

    /** Memory of which the compiler cannot say by itself how to check it. */
    private static Place guessed(Emission emission) {
        return emission.plan.isChecked() ? new Unknown() : new Memory(new Check.None());
    }

    /** The verifier may know more. In checked code it only says what to try first. */
    private static Place byFact(Emission emission) {
        ProgramFacts.Value fact = emission.plan.facts().pointers().get(emission.slot());
        return switch (fact) {
            case ProgramFacts.Value.Packet packet -> checked(emission, new Check.InFrame(true, true));
            case ProgramFacts.Value.Stack stack -> guessed(emission);
            case ProgramFacts.Value.MapValue value -> guessed(emission);
            case ProgramFacts.Value.RingRecord record -> guessed(emission);
            case null -> new Unknown();
            case ProgramFacts.Value.Context context -> new Unknown();
            case ProgramFacts.Value.Map map -> new Unknown();
            case ProgramFacts.Value.Constant constant -> new Unknown();
            case ProgramFacts.Value.Unknown unknown -> new Unknown();
        };
    }
}
