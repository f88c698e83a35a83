// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import org.jspecify.annotations.Nullable;
import weir.ebpf.EbpfProgram;

/** A program array as engines see it. Any thread. */
public interface ProgramSlots extends EbpfMap {
    /** The program in a slot; null for an empty one and for none. */
    @Nullable EbpfProgram program(int index);

    /** Puts a program into a slot, or empties it. */
    void put(int index, @Nullable EbpfProgram program);
}
