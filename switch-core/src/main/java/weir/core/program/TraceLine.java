// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

/**
 * A line of {@code bpf_trace_printk}.
 *
 * @param nanos when, {@link System#nanoTime}
 * @param text one character a byte, without the line's end
 */
public record TraceLine(long nanos, String text) {}
