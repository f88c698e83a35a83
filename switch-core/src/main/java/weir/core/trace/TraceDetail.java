// SPDX-License-Identifier: Apache-2.0
package weir.core.trace;

/** How much a trace tells of the way through a program. */
public enum TraceDetail {
    /** What it returned. Programs run as they do for all other frames. */
    NONE,
    /** Lines of the source where the object has them, else ranges of instructions; calls of helpers. */
    LINES,
    /** Each instruction. */
    INSTRUCTIONS
}
