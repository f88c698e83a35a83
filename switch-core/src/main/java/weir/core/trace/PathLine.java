// SPDX-License-Identifier: Apache-2.0
package weir.core.trace;

import java.util.List;

/**
 * A line of a program's path.
 *
 * @param place file and line of the source, or slots of instructions: {@code drop_port.c:31}, {@code 12-17}
 * @param text the line, or the instruction; empty where there is none to show
 * @param times how often it was passed in a row
 * @param calls of helpers on it, with arguments and result
 */
public record PathLine(String place, String text, int times, List<String> calls) {
    public PathLine {
        calls = List.copyOf(calls);
    }
}
