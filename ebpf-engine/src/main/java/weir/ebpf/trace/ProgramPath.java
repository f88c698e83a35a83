// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.trace;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.ebpf.map.Bytes;
import weir.ebpf.program.ProgramSpec;

/**
 * The way that one frame took through a program. Pure: it refers to blueprints only, and may be kept when the program is
 * gone.
 *
 * @param instructions that were executed, those behind the cut included
 * @param isCut whether there were more steps than {@link #MAX_STEPS}
 */
public record ProgramPath(List<Step> steps, long instructions, boolean isCut) {
    /** Steps that are kept of a path. */
    public static final int MAX_STEPS = 512;

    /** A part of a path. */
    public sealed interface Step {}

    /**
     * Instructions one behind the other.
     *
     * @param from slot of the first
     * @param to slot of the last
     * @param times how often this happened in a row
     */
    public record Stretch(ProgramSpec program, int from, int to, int times) implements Step {}

    /** How a call of a helper ended. */
    public enum Outcome {
        /** A lookup found an entry. */
        HIT,
        /** A lookup found none. */
        MISS,
        /** It returned a number. */
        RETURNED,
        /** A tail call entered a program, which the next step names. */
        ENTERED,
        /** A tail call found no program, or there were too many. */
        FELL_THROUGH,
        /** It has no result, or the program ended in it. */
        NONE
    }

    /**
     * A call of a helper.
     *
     * @param slot of the instruction
     * @param helper its name, as the kernel has it
     * @param arguments as many as the helper takes: numbers, names of maps, keys; what kind of thing where there is no
     *     more to say
     * @param value that a lookup found, at most {@link #MAX_BYTES}; null without
     * @param result r0, where the outcome is {@link Outcome#RETURNED}
     */
    public record Call(
            ProgramSpec program,
            int slot,
            String helper,
            List<String> arguments,
            @Nullable Bytes value,
            Outcome outcome,
            long result)
            implements Step {
        /** Bytes of keys and values that are kept. */
        public static final int MAX_BYTES = 32;

        public Call {
            arguments = List.copyOf(arguments);
        }
    }

    /** A tail call led to this program. */
    public record Entered(ProgramSpec program) implements Step {}

    public ProgramPath {
        steps = List.copyOf(steps);
    }
}
