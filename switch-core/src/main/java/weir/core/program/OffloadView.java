// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

/**
 * How a program is shown frames whose senders left work to be done ({@link weir.core.frame.Offload}): up to 64 KiB long,
 * with checksums that hold the sum of a pseudo-header only.
 */
public enum OffloadView {
    /** As they came, if all that the program does is to read, drop and redirect; else in finished packets. */
    BY_WHAT_IT_DOES,
    /** As they came: the program changes frames and knows what it then has to mind. */
    AS_THEY_CAME,
    /** In finished packets: the program only reads, but it reads checksums. */
    FINISHED
}
