// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.program;

import org.jspecify.annotations.Nullable;

/**
 * What a program did wrong with one frame.
 *
 * @param program name of the program, after tail calls the one that ran at last
 * @param slot of the instruction
 * @param line where that stands in the source; null without line information
 * @param detail what the rule does not say: what is missing; null where the rule says all
 * @param address that was used wrongly; 0 where {@code addressKind} is NONE
 */
public record Fault(
        FaultKind kind,
        String program,
        int slot,
        @Nullable SourceLine line,
        @Nullable String detail,
        long address,
        AddressKind addressKind) {
    /** The rule that was broken, in words, and by what. */
    public String rule() {
        return detail == null ? kind.rule() : kind.rule() + ": " + detail;
    }

    /** One line for people: rule, place, and what the address is. */
    public String text() {
        StringBuilder text = new StringBuilder(program)
                .append(": instruction ")
                .append(slot)
                .append(": ")
                .append(rule());
        if (addressKind != AddressKind.NONE) {
            text.append(": the address 0x")
                    .append(Long.toHexString(address))
                    .append(" is ")
                    .append(addressKind.text());
        }
        if (line != null) {
            text.append(" (")
                    .append(line.file())
                    .append(':')
                    .append(line.line())
                    .append(')');
        }
        return text.toString();
    }
}
