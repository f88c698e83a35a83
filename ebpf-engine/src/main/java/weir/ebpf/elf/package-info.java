// SPDX-License-Identifier: Apache-2.0

/**
 * ELF64 relocatable files as compilers for BPF write them: sections, symbols, relocations. Knows nothing
 * of maps and programs.
 */
@NullMarked
package weir.ebpf.elf;

import org.jspecify.annotations.NullMarked;
