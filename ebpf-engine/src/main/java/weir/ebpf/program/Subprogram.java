// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.program;

/**
 * A function inside a program; the first one, at slot 0, is the program itself.
 *
 * @param name of its symbol; empty where the object has none
 * @param slot where it begins; it ends where the next begins
 * @param isGlobal whether it is verified by its signature alone, as a global function is
 * @param typeId BTF id of its FUNC, 0 without
 */
public record Subprogram(String name, int slot, boolean isGlobal, int typeId) {}
