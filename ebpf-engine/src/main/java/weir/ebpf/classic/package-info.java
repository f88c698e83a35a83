// SPDX-License-Identifier: Apache-2.0

/**
 * Classic BPF: the filters of packet sockets, as {@code tcpdump -ddd} prints them, checked as the kernel does and
 * translated into programs for XDP, which then are verified and compiled like all others.
 *
 * <pre>
 *  text --ClassicFilter.parse--> ClassicFilter --toXdp--> ProgramSpec
 * </pre>
 *
 * <p>Sources: {@code Documentation/networking/filter.rst}, {@code uapi/linux/filter.h}, and {@code
 * net/core/filter.c} ({@code bpf_check_classic}, {@code bpf_convert_filter}) of Linux 6.18; the original is McCanne
 * and Jacobson, "The BSD Packet Filter", 1993.
 */
@NullMarked
package weir.ebpf.classic;

import org.jspecify.annotations.NullMarked;
