// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.btf.relocation;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import weir.ebpf.ObjectFileException;
import weir.ebpf.btf.Btf;
import weir.ebpf.btf.BtfType;
import weir.ebpf.btf.reader.BtfExt;
import weir.ebpf.elf.SectionData;

/** Applies CO-RE relocations to the instructions of a section. */
public final class CoreRelocator {
    private final Btf local;
    private final Btf target = EngineTypes.btf();

    /** @param local types of the object */
    public CoreRelocator(Btf local) {
        this.local = local;
    }

    /**
     * Patches one instruction in place.
     *
     * @param code a whole section
     * @param section its name, for messages
     * @return null, or what the engine does not have; the instruction then calls a helper that does not exist
     */
    public @Nullable String apply(byte[] code, String section, BtfExt.CoreInfo info) throws ObjectFileException {
        CoreKind kind = kind(info);
        int slotBytes = 8;
        if (info.offset() > code.length - slotBytes) {
            throw fail(
                    info,
                    "patches byte " + info.offset() + " of section " + SectionData.quote(section) + ", which has "
                            + code.length);
        }
        CorePatch patch = new CorePatch(code, info.offset());
        try {
            CoreSpec spec = CoreSpec.parse(local, info.typeId(), kind, info.access());
            if (kind == CoreKind.TYPE_ID_LOCAL) {
                patch.put(CoreValue.compute(spec, kind), CoreValue.compute(spec, kind), true);
                return null;
            }
            if (local.type(info.typeId()).name().isEmpty()) {
                throw new CoreSpec.BadPath("a type without name");
            }
            return apply(patch, spec, kind);
        } catch (CoreSpec.BadPath e) {
            throw fail(
                    info,
                    kind + " of type " + info.typeId() + " with path " + SectionData.quote(info.access())
                            + " at byte " + info.offset() + " of section " + SectionData.quote(section) + ": "
                            + e.getMessage());
        }
    }

    private @Nullable String apply(CorePatch patch, CoreSpec spec, CoreKind kind) throws CoreSpec.BadPath {
        boolean typeKnown = false;
        for (int candidate : candidates(spec.rootType())) {
            typeKnown = true;
            Optional<CoreSpec> found = CoreMatch.find(spec, kind, target, candidate);
            if (found.isPresent()) {
                CoreValue before = CoreValue.compute(spec, kind);
                CoreValue after = CoreValue.compute(found.get(), kind);
                if (patch.put(before, after, sizeMayChange(before, after))) {
                    return null;
                }
                patch.poison();
                return "CO-RE: the engine's field " + quote(spec) + " has " + after.accessBytes()
                        + " bytes, the program was compiled for " + before.accessBytes();
            }
        }
        if (kind == CoreKind.FIELD_EXISTS || kind.isOfType() || kind == CoreKind.ENUM_VALUE_EXISTS) {
            CoreValue before = CoreValue.compute(spec, kind);
            patch.put(before, new CoreValue(0, true, before.accessBytes(), 0), true);
            return null;
        }
        patch.poison();
        String what = kind.isOfEnum() ? "constant " : "field ";
        return "CO-RE: the engine has no " + (typeKnown ? what : "type for ") + quote(spec);
    }

    /** A smaller or larger load gives the same value for unsigned integers and pointers only. */
    private boolean sizeMayChange(CoreValue before, CoreValue after) {
        if (before.accessBytes() == after.accessBytes()) {
            return true;
        }
        BtfType one = local.resolved(before.accessType());
        BtfType other = target.resolved(after.accessType());
        return switch (one) {
            case BtfType.Pointer _ -> other instanceof BtfType.Pointer;
            case BtfType.Int a -> other instanceof BtfType.Int b && !a.signed() && !b.signed();
            default -> false;
        };
    }

    private List<Integer> candidates(int localType) {
        BtfType type = local.type(localType);
        return EngineTypes.named(CoreMatch.essential(type.name())).stream()
                .filter(id -> CoreMatch.sameKind(type, target.type(id)))
                .toList();
    }

    private static CoreKind kind(BtfExt.CoreInfo info) throws ObjectFileException {
        CoreKind[] kinds = CoreKind.values();
        if (info.kind() < 0 || info.kind() >= kinds.length) {
            throw fail(
                    info,
                    "kind " + Integer.toUnsignedString(info.kind()) + " is not supported; supported are 0 (" + kinds[0]
                            + ") to 12 (" + kinds[12] + ")");
        }
        return kinds[info.kind()];
    }

    private static ObjectFileException fail(BtfExt.CoreInfo info, String rule) {
        return SectionData.failIn(".BTF.ext", info.at(), "CO-RE relocation: " + rule);
    }

    private static String quote(CoreSpec spec) {
        return SectionData.quote(spec.toString());
    }
}
