// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.btf.relocation;

/** {@code enum bpf_core_relo_kind}, {@code uapi/linux/bpf.h}; the ordinal is the number. */
enum CoreKind {
    FIELD_BYTE_OFFSET,
    FIELD_BYTE_SIZE,
    FIELD_EXISTS,
    FIELD_SIGNED,
    FIELD_LSHIFT_U64,
    FIELD_RSHIFT_U64,
    TYPE_ID_LOCAL,
    TYPE_ID_TARGET,
    TYPE_EXISTS,
    TYPE_SIZE,
    ENUM_VALUE_EXISTS,
    ENUM_VALUE,
    TYPE_MATCHES;

    boolean isOfField() {
        return compareTo(FIELD_RSHIFT_U64) <= 0;
    }

    boolean isOfEnum() {
        return this == ENUM_VALUE_EXISTS || this == ENUM_VALUE;
    }

    boolean isOfType() {
        return !isOfField() && !isOfEnum();
    }
}
