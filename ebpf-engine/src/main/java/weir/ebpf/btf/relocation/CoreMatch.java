// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.btf.relocation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import weir.ebpf.btf.Btf;
import weir.ebpf.btf.BtfType;

/** Finds what a path means in other types: fields by name, at whatever offset they are there. */
final class CoreMatch {
    /** Longest chain of pointers and arrays that is followed. */
    private static final int MAX_CHAIN = 32;

    private final CoreSpec local;
    private final Btf target;
    private final List<CoreSpec.Step> steps = new ArrayList<>();
    private long bitOffset;
    /** Type of the field that was found last. */
    private int type;

    private CoreMatch(CoreSpec local, Btf target, int candidate) {
        this.local = local;
        this.target = target;
        type = candidate;
    }

    /** The same in the candidate; empty where it has none, or one of another nature. */
    static Optional<CoreSpec> find(CoreSpec local, CoreKind kind, Btf target, int candidate) throws CoreSpec.BadPath {
        CoreMatch match = new CoreMatch(local, target, candidate);
        boolean found;
        if (kind == CoreKind.TYPE_MATCHES) {
            found = TypeMatch.matches(local.btf(), local.rootType(), target, candidate);
        } else if (kind.isOfType()) {
            found = match.typesAreCompatible();
        } else if (kind.isOfEnum()) {
            found = match.findConstant();
        } else {
            found = match.findField();
        }
        return found ? Optional.of(new CoreSpec(target, candidate, match.steps, match.bitOffset)) : Optional.empty();
    }

    /** Name without flavour: {@code iphdr___old} means {@code iphdr}. */
    static String essential(String name) {
        for (int i = name.length() - 5; i >= 0; i--) {
            boolean separates = name.startsWith("___", i + 1) && name.charAt(i) != '_' && name.charAt(i + 4) != '_';
            if (separates) {
                return name.substring(0, i + 1);
            }
        }
        return name;
    }

    /** Whether two types are of one kind; the two kinds of enums count as one. */
    static boolean sameKind(BtfType a, BtfType b) {
        if (a instanceof BtfType.Struct one && b instanceof BtfType.Struct other) {
            return one.isUnion() == other.isUnion();
        }
        return a.getClass() == b.getClass();
    }

    private boolean findConstant() {
        int id = target.resolve(type);
        String name = essential(nameOf(local.steps().getFirst()));
        if (target.type(id) instanceof BtfType.Enumeration candidate) {
            for (int i = 0; i < candidate.values().size(); i++) {
                String each = candidate.values().get(i).name();
                if (essential(each).equals(name)) {
                    steps.add(new CoreSpec.Step(id, i, each));
                    return true;
                }
            }
        }
        return false;
    }

    private boolean findField() throws CoreSpec.BadPath {
        for (int i = 0; i < local.steps().size(); i++) {
            CoreSpec.Step step = local.steps().get(i);
            type = target.resolve(type);
            boolean found = step.name() != null ? findMember(step, type, 0) : findElement(step, i == 0);
            if (!found) {
                return false;
            }
        }
        return true;
    }

    private boolean findElement(CoreSpec.Step step, boolean isRoot) throws CoreSpec.BadPath {
        if (!isRoot) {
            if (!(target.type(type) instanceof BtfType.Array array)
                    || (step.index() >= array.count() && !CoreSpec.isFlexible(target, steps.getLast(), array))) {
                return false;
            }
            type = target.resolve(array.element());
        }
        steps.add(new CoreSpec.Step(type, step.index(), null));
        bitOffset += step.index() * CoreSpec.size(target, type) * 8;
        return true;
    }

    /** Looks through anonymous members, too. Leaves the field's type in {@link #type}. */
    private boolean findMember(CoreSpec.Step step, int container, int depth) {
        int id = target.resolve(container);
        if (depth > MAX_CHAIN || !(target.type(id) instanceof BtfType.Struct struct)) {
            return false;
        }
        for (int i = 0; i < struct.members().size(); i++) {
            BtfType.Member member = struct.members().get(i);
            bitOffset += member.bitOffset();
            if (member.name().isEmpty()) {
                if (findMember(step, member.type(), depth + 1)) {
                    return true;
                }
            } else if (member.name().equals(step.name())) {
                if (!fieldsAreCompatible(localMember(step).type(), member.type())) {
                    return false;
                }
                steps.add(new CoreSpec.Step(id, i, member.name()));
                type = member.type();
                return true;
            }
            bitOffset -= member.bitOffset();
        }
        return false;
    }

    private BtfType.Member localMember(CoreSpec.Step step) {
        return ((BtfType.Struct) local.btf().type(step.type())).members().get(step.index());
    }

    private static String nameOf(CoreSpec.Step step) {
        @Nullable String name = step.name();
        return name == null ? "" : name;
    }

    private boolean fieldsAreCompatible(int localId, int targetId) {
        int one = localId;
        int other = targetId;
        for (int i = 0; i < MAX_CHAIN; i++) {
            BtfType a = local.btf().resolved(one);
            BtfType b = target.resolved(other);
            if (a instanceof BtfType.Struct && b instanceof BtfType.Struct) {
                return true;
            }
            if (!sameKind(a, b)) {
                return false;
            }
            switch (a) {
                case BtfType.Pointer _, BtfType.FloatingPoint _ -> {
                    return true;
                }
                case BtfType.Forward _, BtfType.Enumeration _ -> {
                    String name = essential(a.name());
                    String otherName = essential(b.name());
                    return name.isEmpty() || otherName.isEmpty() || name.equals(otherName);
                }
                case BtfType.Int number -> {
                    return number.bitOffset() == 0 && ((BtfType.Int) b).bitOffset() == 0;
                }
                case BtfType.Array array -> {
                    one = array.element();
                    other = ((BtfType.Array) b).element();
                }
                default -> {
                    return false;
                }
            }
        }
        return false;
    }

    private boolean typesAreCompatible() {
        int one = local.rootType();
        int other = type;
        if (!sameKind(local.btf().type(one), target.type(other))) {
            return false;
        }
        for (int i = 0; i < MAX_CHAIN; i++) {
            BtfType a = local.btf().resolved(one);
            BtfType b = target.resolved(other);
            if (!sameKind(a, b)) {
                return false;
            }
            switch (a) {
                case BtfType.Int number -> {
                    return number.bitOffset() == 0 && ((BtfType.Int) b).bitOffset() == 0;
                }
                case BtfType.Pointer pointer -> {
                    one = pointer.target();
                    other = ((BtfType.Pointer) b).target();
                }
                case BtfType.Array array -> {
                    one = array.element();
                    other = ((BtfType.Array) b).element();
                }
                // The engine offers no function types.
                case BtfType.VoidType _, BtfType.Struct _, BtfType.Enumeration _, BtfType.Forward _ -> {
                    return true;
                }
                default -> {
                    return false;
                }
            }
        }
        return false;
    }
}
