// SPDX-License-Identifier: Apache-2.0

/**
 * From an ELF file to specs: which sections are maps and programs, what relocations mean, and programs
 * put together from their functions. Follows libbpf ({@code libbpf.c}) and, for objects made for tc's
 * loader, iproute2 ({@code bpf_legacy.c}).
 */
@NullMarked
package weir.ebpf.link;

import org.jspecify.annotations.NullMarked;
