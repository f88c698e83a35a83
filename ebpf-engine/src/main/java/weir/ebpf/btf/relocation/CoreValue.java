// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.btf.relocation;

import weir.ebpf.btf.Btf;
import weir.ebpf.btf.BtfType;

/**
 * The number that a relocation puts into an instruction.
 *
 * @param isCertain whether the compiler must have written the number that the local types give; bit
 *     fields leave it a choice
 * @param accessBytes size of the field for loads and stores; 0 where it does not matter
 * @param accessType type behind {@code accessBytes}
 */
record CoreValue(long number, boolean isCertain, long accessBytes, int accessType) {
    private static CoreValue of(long number) {
        return new CoreValue(number, true, 0, 0);
    }

    static CoreValue compute(CoreSpec spec, CoreKind kind) throws CoreSpec.BadPath {
        if (kind.isOfField()) {
            return ofField(spec, kind);
        }
        return switch (kind) {
            case TYPE_EXISTS, TYPE_MATCHES, ENUM_VALUE_EXISTS -> of(1);
            case TYPE_ID_LOCAL, TYPE_ID_TARGET -> new CoreValue(spec.rootType(), false, 0, 0);
            case TYPE_SIZE -> of(CoreSpec.size(spec.btf(), spec.rootType()));
            default -> {
                CoreSpec.Step step = spec.steps().getFirst();
                yield of(((BtfType.Enumeration) spec.btf().type(step.type()))
                        .values()
                        .get(step.index())
                        .value());
            }
        };
    }

    private static CoreValue ofField(CoreSpec spec, CoreKind kind) throws CoreSpec.BadPath {
        Btf btf = spec.btf();
        CoreSpec.Step last = spec.steps().getLast();
        if (kind == CoreKind.FIELD_EXISTS) {
            return of(1);
        }
        if (last.name() == null) {
            return switch (kind) {
                case FIELD_BYTE_OFFSET ->
                    new CoreValue(spec.bitOffset() / 8, true, elementSize(btf, last.type()), last.type());
                case FIELD_BYTE_SIZE -> of(CoreSpec.size(btf, last.type()));
                default -> throw new CoreSpec.BadPath(kind + " of an array element");
            };
        }
        BtfType.Member member =
                ((BtfType.Struct) btf.type(last.type())).members().get(last.index());
        return ofMember(spec, kind, member);
    }

    private static CoreValue ofMember(CoreSpec spec, CoreKind kind, BtfType.Member member) throws CoreSpec.BadPath {
        Btf btf = spec.btf();
        int type = btf.resolve(member.type());
        boolean isBitField = member.bits() > 0;
        long bytes = CoreSpec.size(btf, type);
        long bitOffset = spec.bitOffset();
        long bits = isBitField ? member.bits() : bytes * 8;
        long byteOffset = bitOffset / 8;
        if (isBitField) {
            if (bytes < 1 || bytes > 8) {
                throw new CoreSpec.BadPath("a bit field in " + bytes + " bytes");
            }
            byteOffset = bitOffset / 8 / bytes * bytes;
            while (bitOffset + bits - byteOffset * 8 > bytes * 8) {
                if (bytes >= 8) {
                    throw new CoreSpec.BadPath("a bit field that no load can read");
                }
                bytes *= 2;
                byteOffset = bitOffset / 8 / bytes * bytes;
            }
        }
        return switch (kind) {
            case FIELD_BYTE_OFFSET ->
                isBitField
                        ? new CoreValue(byteOffset, false, 0, 0)
                        : new CoreValue(byteOffset, true, elementSize(btf, type), type);
            case FIELD_BYTE_SIZE -> new CoreValue(bytes, !isBitField, 0, 0);
            case FIELD_SIGNED -> of(isSigned(btf.type(type)) ? 1 : 0);
            case FIELD_LSHIFT_U64 -> new CoreValue(64 - (bitOffset + bits - byteOffset * 8), !isBitField, 0, 0);
            default -> of(64 - bits);
        };
    }

    private static boolean isSigned(BtfType type) {
        return switch (type) {
            case BtfType.Int each -> each.signed();
            case BtfType.Enumeration each -> each.signed();
            default -> false;
        };
    }

    /** Of arrays one element is loaded, not the whole. */
    private static long elementSize(Btf btf, int type) throws CoreSpec.BadPath {
        int id = btf.resolve(type);
        while (btf.type(id) instanceof BtfType.Array array) {
            id = btf.resolve(array.element());
        }
        return CoreSpec.size(btf, id);
    }
}
