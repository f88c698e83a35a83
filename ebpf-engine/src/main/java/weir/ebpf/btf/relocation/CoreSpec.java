// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.btf.relocation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.ebpf.btf.Btf;
import weir.ebpf.btf.BtfType;

/**
 * What a relocation points at, in one set of types: a type, a path to a field, or a constant of an enum.
 *
 * @param steps named fields and array elements only; anonymous members are left out
 */
record CoreSpec(Btf btf, int rootType, List<Step> steps, long bitOffset) {
    /** Longest path, {@code BPF_CORE_SPEC_MAX_LEN} of libbpf. */
    static final int MAX_STEPS = 64;

    /**
     * A step of a path.
     *
     * @param type what contains the field; for array elements (and the root) the element itself
     * @param name of the field or constant; null for array elements
     */
    record Step(int type, int index, @Nullable String name) {}

    /** The path is no path of these types. */
    static final class BadPath extends Exception {
        private static final long serialVersionUID = 1;

        BadPath(String message) {
            super(message, null, false, false);
        }
    }

    /** Reads a path as the compiler wrote it, {@code 0:1:2}. */
    static CoreSpec parse(Btf btf, int rootType, CoreKind kind, String access) throws BadPath {
        if (kind.isOfType()) {
            if (!access.equals("0")) {
                throw new BadPath("the path of a type is 0");
            }
            return new CoreSpec(btf, rootType, List.of(), 0);
        }
        int[] path = numbers(access);
        int root = btf.resolve(rootType);
        if (kind.isOfEnum()) {
            if (!(btf.type(root) instanceof BtfType.Enumeration type)
                    || path.length != 1
                    || path[0] >= type.values().size()) {
                throw new BadPath("no constant of an enum");
            }
            String name = type.values().get(path[0]).name();
            return new CoreSpec(btf, rootType, List.of(new Step(root, path[0], name)), 0);
        }
        return parseField(btf, rootType, path);
    }

    private static CoreSpec parseField(Btf btf, int rootType, int[] path) throws BadPath {
        int type = btf.resolve(rootType);
        List<Step> steps = new ArrayList<>();
        steps.add(new Step(type, path[0], null));
        long bitOffset = path[0] * size(btf, type) * 8;
        for (int i = 1; i < path.length; i++) {
            type = btf.resolve(type);
            int index = path[i];
            switch (btf.type(type)) {
                case BtfType.Struct struct -> {
                    if (index >= struct.members().size()) {
                        throw new BadPath(
                                "member " + index + " of " + struct.members().size());
                    }
                    BtfType.Member member = struct.members().get(index);
                    bitOffset += member.bitOffset();
                    if (!member.name().isEmpty()) {
                        steps.add(new Step(type, index, member.name()));
                    }
                    type = member.type();
                }
                case BtfType.Array array -> {
                    if (index >= array.count() && !isFlexible(btf, steps.getLast(), array)) {
                        throw new BadPath("element " + index + " of " + array.count());
                    }
                    type = btf.resolve(array.element());
                    steps.add(new Step(type, index, null));
                    bitOffset += index * size(btf, type) * 8;
                }
                default -> throw new BadPath("step " + i + " enters a type without members");
            }
        }
        return new CoreSpec(btf, rootType, steps, bitOffset);
    }

    /** An array of no length at the end of its struct: any element counts. */
    static boolean isFlexible(Btf btf, Step step, BtfType.Array array) {
        return step.name() != null
                && array.count() == 0
                && btf.type(step.type()) instanceof BtfType.Struct struct
                && step.index() == struct.members().size() - 1;
    }

    static long size(Btf btf, int type) throws BadPath {
        return btf.sizeBytes(type).orElseThrow(() -> new BadPath("a type without size"));
    }

    private static int[] numbers(String access) throws BadPath {
        String[] parts = access.split(":", -1);
        if (parts.length > MAX_STEPS) {
            throw new BadPath("more than " + MAX_STEPS + " steps");
        }
        int[] numbers = new int[parts.length];
        for (int i = 0; i < parts.length; i++) {
            if (!parts[i].matches("[0-9]{1,9}")) {
                throw new BadPath("a path is numbers with colons between");
            }
            numbers[i] = Integer.parseInt(parts[i]);
        }
        return numbers;
    }

    /** As C would write it: {@code iphdr.saddr}, {@code XDP_PASS}, {@code struct ethhdr}. */
    @Override
    public String toString() {
        BtfType root = btf.type(rootType);
        if (steps.isEmpty()) {
            return kindName(root) + root.name();
        }
        StringBuilder text = new StringBuilder(root.name());
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            if (step.name() != null) {
                text.append(root instanceof BtfType.Enumeration ? "::" : ".").append(step.name());
            } else if (i > 0 || step.index() > 0) {
                text.append('[').append(step.index()).append(']');
            }
        }
        return text.toString();
    }

    private static String kindName(BtfType type) {
        return switch (type) {
            case BtfType.Struct struct -> struct.isUnion() ? "union " : "struct ";
            case BtfType.Enumeration _ -> "enum ";
            default -> "";
        };
    }
}
