// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.program;

import java.util.List;

/**
 * What a global function takes and gives, by its BTF: it is verified by this alone, wherever it is called
 * from. {@code btf_prepare_func_args}, {@code kernel/bpf/btf.c}.
 *
 * @param parameters in r1 to r5; with more it cannot be a global function
 * @param returnsScalar whether r0 holds a number afterwards; anything else cannot be a global function
 */
public record Signature(List<Parameter> parameters, boolean returnsScalar) {
    public Signature {
        parameters = List.copyOf(parameters);
    }

    /** What one register holds at the start. */
    public sealed interface Parameter {
        /** A number of any size. */
        record Scalar() implements Parameter {}

        /** The context that the program got. */
        record Context() implements Parameter {}

        /**
         * A pointer to memory that the function may read and write.
         *
         * @param bytes that are there
         * @param orNull whether the caller may give null
         */
        record Memory(int bytes, boolean orNull) implements Parameter {}

        /**
         * Something that no global function can take.
         *
         * @param what in words
         */
        record Unsupported(String what) implements Parameter {}
    }
}
