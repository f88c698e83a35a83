// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.program;

/** What a faulty address is, as far as the running program's memory tells. */
public enum AddressKind {
    /** The fault is not about an address. */
    NONE("no address"),
    NULL("null or close to it"),
    PACKET("in or around the frame"),
    STACK("in or around the stack"),
    CONTEXT("the context"),
    MAP_VALUE("in a map's value"),
    MAP("a map itself"),
    FUNCTION("a callback"),
    RECORD("in or behind a reserved ring buffer record"),
    UNKNOWN("nothing that the program has");

    private final String text;

    AddressKind(String text) {
        this.text = text;
    }

    /** In words, as the end of "the address is". */
    public String text() {
        return text;
    }
}
