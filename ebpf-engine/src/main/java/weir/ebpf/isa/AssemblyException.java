// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

/** Text that is no program: where, what was expected, what was found. */
public final class AssemblyException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final int line;
    private final int column;

    AssemblyException(int line, int column, String problem) {
        super("line " + line + ", column " + column + ": " + problem);
        this.line = line;
        this.column = column;
    }

    /** From 1. */
    public int line() {
        return line;
    }

    /** From 1, in UTF-16 units. */
    public int column() {
        return column;
    }
}
