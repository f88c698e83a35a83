// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.btf.reader;

import java.util.List;
import weir.ebpf.ObjectFileException;
import weir.ebpf.btf.Btf;
import weir.ebpf.btf.BtfType;
import weir.ebpf.elf.SectionData;

/**
 * Checks types against each other once all are read, so that nobody has to guard against cycles, wrong
 * ids or overflowing sizes later.
 */
final class BtfCheck {
    /** Largest value of a type. */
    private static final long MAX_SIZE_BYTES = Integer.MAX_VALUE;

    private final List<BtfType> types;
    private final SectionData section;
    /** Height of what is nested in a type by value; 0 where not known yet. */
    private final int[] heights;

    private BtfCheck(List<BtfType> types, SectionData section) {
        this.types = types;
        this.section = section;
        heights = new int[types.size()];
    }

    static void check(List<BtfType> types, SectionData section) throws ObjectFileException {
        BtfCheck check = new BtfCheck(types, section);
        for (int id = 1; id < types.size(); id++) {
            check.checkIds(id);
        }
        for (int id = 1; id < types.size(); id++) {
            check.height(id, 1);
        }
        Btf btf = new Btf(types);
        long[] sizes = new long[types.size()];
        for (int id = 1; id < types.size(); id++) {
            check.checkSize(btf, id, sizes);
        }
    }

    private ObjectFileException fail(int id, String rule) {
        return section.fail(0, "type " + id + ": " + rule);
    }

    private void checkIds(int id) throws ObjectFileException {
        switch (types.get(id)) {
            case BtfType.Pointer each -> checkId(id, each.target());
            case BtfType.Array each -> {
                checkId(id, each.element());
                checkId(id, each.index());
            }
            case BtfType.Struct each -> {
                for (BtfType.Member member : each.members()) {
                    checkId(id, member.type());
                }
            }
            case BtfType.Typedef each -> checkId(id, each.target());
            case BtfType.Modifier each -> checkId(id, each.target());
            case BtfType.Function each -> {
                checkId(id, each.prototype());
                if (!(types.get(each.prototype()) instanceof BtfType.Prototype)) {
                    throw fail(id, "a FUNC refers to type " + each.prototype() + ", which is no FUNC_PROTO");
                }
            }
            case BtfType.Prototype each -> {
                checkId(id, each.result());
                for (BtfType.Parameter parameter : each.parameters()) {
                    checkId(id, parameter.type());
                }
            }
            case BtfType.Variable each -> checkId(id, each.type());
            case BtfType.DataSection each -> {
                for (BtfType.Placed placed : each.variables()) {
                    checkId(id, placed.variable());
                    checkIsPlaceable(id, placed.variable());
                }
            }
            case BtfType.DeclarationTag each -> checkId(id, each.target());
            case BtfType.VoidType _,
                    BtfType.Int _,
                    BtfType.Enumeration _,
                    BtfType.Forward _,
                    BtfType.FloatingPoint _ -> {}
        }
    }

    private void checkId(int id, int target) throws ObjectFileException {
        if (target < 0 || target >= types.size()) {
            throw fail(id, "refers to type " + Integer.toUnsignedString(target) + ", there are " + types.size());
        }
    }

    /** Extern functions stand in {@code .ksyms} beside variables. */
    private void checkIsPlaceable(int id, int target) throws ObjectFileException {
        BtfType type = types.get(target);
        if (!(type instanceof BtfType.Variable) && !(type instanceof BtfType.Function)) {
            throw fail(id, "a DATASEC holds type " + target + ", which is no VAR");
        }
    }

    /** Depth of what is nested by value. A type that contains itself is too deep, too. */
    private int height(int id, int level) throws ObjectFileException {
        if (heights[id] != 0) {
            checkNesting(id, level + heights[id] - 1);
            return heights[id];
        }
        checkNesting(id, level);
        int below = 0;
        switch (types.get(id)) {
            case BtfType.Array each -> below = height(each.element(), level + 1);
            case BtfType.Typedef each -> below = height(each.target(), level + 1);
            case BtfType.Modifier each -> below = height(each.target(), level + 1);
            case BtfType.Variable each -> below = height(each.type(), level + 1);
            case BtfType.Struct each -> {
                for (BtfType.Member member : each.members()) {
                    below = Math.max(below, height(member.type(), level + 1));
                }
            }
            default -> {}
        }
        heights[id] = below + 1;
        return below + 1;
    }

    private void checkNesting(int id, int depth) throws ObjectFileException {
        if (depth > Btf.MAX_NESTING) {
            throw fail(id, "types nest more than " + Btf.MAX_NESTING + " deep, or contain themselves");
        }
    }

    private void checkSize(Btf btf, int id, long[] sizes) throws ObjectFileException {
        if (sizes[id] != 0) {
            return;
        }
        switch (types.get(id)) {
            case BtfType.Array each -> {
                checkSize(btf, btf.resolve(each.element()), sizes);
                long element = btf.sizeBytes(each.element()).orElse(0);
                if (element != 0 && each.count() > MAX_SIZE_BYTES / element) {
                    throw fail(id, "an array of " + each.count() + " elements of " + element + " bytes is too large");
                }
            }
            case BtfType.Struct each -> {
                if (each.sizeBytes() > MAX_SIZE_BYTES) {
                    throw fail(id, "a struct of " + each.sizeBytes() + " bytes is too large");
                }
            }
            case BtfType.DataSection each -> {
                if (each.sizeBytes() > MAX_SIZE_BYTES) {
                    throw fail(id, "a section of " + each.sizeBytes() + " bytes is too large");
                }
            }
            default -> {}
        }
        sizes[id] = 1;
    }
}
