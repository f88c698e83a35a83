// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.btf.relocation;

import weir.ebpf.btf.Btf;
import weir.ebpf.btf.BtfType;

/**
 * {@code bpf_core_type_matches}: every member and constant of the local type is in the target with the
 * same name and a type that matches, at whatever place.
 */
final class TypeMatch {
    private static final int MAX_LEVELS = 32;

    private final Btf local;
    private final Btf target;

    private TypeMatch(Btf local, Btf target) {
        this.local = local;
        this.target = target;
    }

    static boolean matches(Btf local, int localId, Btf target, int targetId) {
        return new TypeMatch(local, target).matches(localId, targetId, false, MAX_LEVELS);
    }

    private boolean matches(int localId, int targetId, boolean behindPointer, int levels) {
        if (levels <= 0) {
            return false;
        }
        BtfType a = local.resolved(localId);
        BtfType b = target.resolved(targetId);
        if (!CoreMatch.essential(a.name()).equals(CoreMatch.essential(b.name()))) {
            return false;
        }
        return switch (a) {
            case BtfType.VoidType _ -> b instanceof BtfType.VoidType;
            case BtfType.Int one ->
                b instanceof BtfType.Int other
                        && one.sizeBytes() == other.sizeBytes()
                        && one.signed() == other.signed();
            case BtfType.Pointer one ->
                b instanceof BtfType.Pointer other && matches(one.target(), other.target(), true, levels - 1);
            case BtfType.Array one ->
                b instanceof BtfType.Array other
                        && one.count() == other.count()
                        && matches(one.element(), other.element(), behindPointer, levels - 1);
            case BtfType.Enumeration one -> b instanceof BtfType.Enumeration other && constantsMatch(one, other);
            case BtfType.Forward one -> forwardMatches(one, b, behindPointer);
            case BtfType.Struct one -> structMatches(one, b, behindPointer, levels);
            default -> false;
        };
    }

    private static boolean forwardMatches(BtfType.Forward one, BtfType other, boolean behindPointer) {
        if (other instanceof BtfType.Forward forward) {
            return one.isUnion() == forward.isUnion();
        }
        return behindPointer && other instanceof BtfType.Struct struct && one.isUnion() == struct.isUnion();
    }

    private boolean structMatches(BtfType.Struct one, BtfType type, boolean behindPointer, int levels) {
        if (behindPointer && type instanceof BtfType.Forward forward) {
            return one.isUnion() == forward.isUnion();
        }
        if (!(type instanceof BtfType.Struct other) || one.isUnion() != other.isUnion()) {
            return false;
        }
        return behindPointer || membersMatch(one, other, levels);
    }

    private boolean membersMatch(BtfType.Struct one, BtfType.Struct other, int levels) {
        if (one.members().size() > other.members().size()) {
            return false;
        }
        for (BtfType.Member member : one.members()) {
            boolean found = false;
            for (BtfType.Member candidate : other.members()) {
                if (CoreMatch.essential(member.name()).equals(CoreMatch.essential(candidate.name()))
                        && matches(member.type(), candidate.type(), false, levels - 1)) {
                    found = true;
                    break;
                }
            }
            if (!found) {
                return false;
            }
        }
        return true;
    }

    private static boolean constantsMatch(BtfType.Enumeration one, BtfType.Enumeration other) {
        if (one.sizeBytes() != other.sizeBytes()
                || one.values().size() > other.values().size()) {
            return false;
        }
        for (BtfType.Enumerator value : one.values()) {
            String name = CoreMatch.essential(value.name());
            boolean found = false;
            for (BtfType.Enumerator candidate : other.values()) {
                found |= CoreMatch.essential(candidate.name()).equals(name);
            }
            if (!found) {
                return false;
            }
        }
        return true;
    }
}
