// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.program;

/**
 * Where instructions come from, by {@code .BTF.ext} line information.
 *
 * @param slot first slot that it stands for
 * @param file as the compiler was given it
 * @param line from 1
 * @param column from 1, or 0
 * @param text the line itself; empty where the object has none
 */
public record SourceLine(int slot, String file, int line, int column, String text) {}
