// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.program;

import org.jspecify.annotations.Nullable;

/**
 * A function inside a program; the first one, at slot 0, is the program itself.
 *
 * @param name of its symbol; empty where the object has none
 * @param slot where it begins; it ends where the next begins
 * @param isGlobal whether it is verified by its signature alone, as a global function is
 * @param typeId BTF id of its FUNC, 0 without
 * @param signature of a global function; null where none is known: it is verified with its callers then
 */
public record Subprogram(
        String name,
        int slot,
        boolean isGlobal,
        int typeId,
        @Nullable Signature signature) {
    /** A function without known signature. */
    public Subprogram(String name, int slot, boolean isGlobal, int typeId) {
        this(name, slot, isGlobal, typeId, null);
    }
}
