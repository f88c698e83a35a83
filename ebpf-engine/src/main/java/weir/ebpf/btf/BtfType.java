// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.btf;

import java.util.List;

/**
 * A type, {@code struct btf_type} and what follows it in {@code uapi/linux/btf.h}. Types refer to each
 * other by id; 0 is void.
 */
public sealed interface BtfType {
    /** Empty where the type has no name. */
    default String name() {
        return "";
    }

    record VoidType() implements BtfType {}

    /**
     * An integer.
     *
     * @param bitOffset where the value begins in its bytes; 0 but for old compilers' bit fields
     * @param bits of the value
     */
    record Int(String name, int sizeBytes, boolean signed, boolean isChar, boolean isBool, int bitOffset, int bits)
            implements BtfType {}

    record Pointer(int target) implements BtfType {}

    record Array(int element, int index, long count) implements BtfType {}

    /** A struct, or a union where {@code isUnion}. */
    record Struct(String name, boolean isUnion, long sizeBytes, List<Member> members) implements BtfType {}

    /**
     * A member of a struct.
     *
     * @param bits width of a bit field, 0 for anything else
     */
    record Member(String name, int type, long bitOffset, int bits) {}

    /** {@code ENUM} and {@code ENUM64}. */
    record Enumeration(String name, int sizeBytes, boolean signed, boolean is64, List<Enumerator> values)
            implements BtfType {}

    record Enumerator(String name, long value) {}

    record Forward(String name, boolean isUnion) implements BtfType {}

    record Typedef(String name, int target) implements BtfType {}

    /** What changes how a type is used but not its values: const, volatile, restrict, type tag. */
    record Modifier(String name, Kind kind, int target) implements BtfType {
        /** Which modifier. */
        public enum Kind {
            VOLATILE,
            CONST,
            RESTRICT,
            TYPE_TAG
        }
    }

    record Function(String name, int prototype, int linkage) implements BtfType {
        public static final int STATIC = 0;
        public static final int GLOBAL = 1;
        public static final int EXTERN = 2;
    }

    record Prototype(int result, List<Parameter> parameters) implements BtfType {}

    record Parameter(String name, int type) {}

    record Variable(String name, int type, int linkage) implements BtfType {
        public static final int STATIC = 0;
        public static final int GLOBAL = 1;
        public static final int EXTERN = 2;
    }

    /** The variables of an ELF section. */
    record DataSection(String name, long sizeBytes, List<Placed> variables) implements BtfType {}

    /** A variable at its place in a section. */
    record Placed(int variable, long offset, long sizeBytes) {}

    record FloatingPoint(String name, int sizeBytes) implements BtfType {}

    /** A tag of a declaration; {@code component} -1 for the declaration itself. */
    record DeclarationTag(String name, int target, int component) implements BtfType {}
}
