// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.elf;

/**
 * A symbol, {@code Elf64_Sym} in {@code uapi/linux/elf.h}.
 *
 * @param type {@link #FUNCTION} and so on
 * @param value offset in its section
 * @param section index of its section, or {@link #UNDEFINED}, or one of the reserved numbers from {@link #RESERVED}
 */
public record Symbol(String name, int type, int binding, int visibility, int section, long value, long sizeBytes) {
    public static final int NO_TYPE = 0;
    public static final int OBJECT = 1;
    public static final int FUNCTION = 2;
    public static final int SECTION = 3;

    public static final int LOCAL = 0;
    public static final int GLOBAL = 1;
    public static final int WEAK = 2;

    public static final int UNDEFINED = 0;
    public static final int RESERVED = 0xff00;

    private static final int INTERNAL = 1;
    private static final int HIDDEN = 2;

    /** Whether other files could see it: global or weak. */
    public boolean isGlobal() {
        return binding == GLOBAL || binding == WEAK;
    }

    public boolean isHidden() {
        return visibility == HIDDEN || visibility == INTERNAL;
    }
}
