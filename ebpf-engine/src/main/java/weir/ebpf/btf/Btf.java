// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.btf;

import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The types of an object by id; id 0 is void. Checked when it was read: every id exists, no type contains
 * itself, and nesting by value is at most {@link #MAX_NESTING} deep.
 */
public record Btf(List<BtfType> types) {
    /** No types but void. */
    public static final Btf EMPTY = new Btf(List.of(new BtfType.VoidType()));

    /** Deepest nesting of types by value: arrays, members, typedefs, modifiers. */
    public static final int MAX_NESTING = 64;

    /** Bytes of a pointer in BPF. */
    static final int POINTER_BYTES = 8;

    public Btf {
        types = List.copyOf(types);
    }

    /**
     * The type of an id.
     *
     * @throws IndexOutOfBoundsException for ids that no type of this object has
     */
    public BtfType type(int id) {
        return types.get(id);
    }

    public boolean isEmpty() {
        return types.size() <= 1;
    }

    /** The id behind typedefs and modifiers. */
    public int resolve(int id) {
        int current = id;
        while (true) {
            switch (types.get(current)) {
                case BtfType.Typedef typedef -> current = typedef.target();
                case BtfType.Modifier modifier -> current = modifier.target();
                default -> {
                    return current;
                }
            }
        }
    }

    /** The type behind typedefs and modifiers. */
    public BtfType resolved(int id) {
        return types.get(resolve(id));
    }

    /** Bytes of a value; empty for what has no size, such as void and functions. */
    public OptionalLong sizeBytes(int id) {
        return switch (resolved(id)) {
            case BtfType.Int each -> OptionalLong.of(each.sizeBytes());
            case BtfType.Pointer _ -> OptionalLong.of(POINTER_BYTES);
            case BtfType.Array each -> {
                OptionalLong element = sizeBytes(each.element());
                yield element.isPresent() ? OptionalLong.of(element.getAsLong() * each.count()) : element;
            }
            case BtfType.Struct each -> OptionalLong.of(each.sizeBytes());
            case BtfType.Enumeration each -> OptionalLong.of(each.sizeBytes());
            case BtfType.FloatingPoint each -> OptionalLong.of(each.sizeBytes());
            case BtfType.Variable each -> sizeBytes(each.type());
            case BtfType.DataSection each -> OptionalLong.of(each.sizeBytes());
            default -> OptionalLong.empty();
        };
    }

    /** The section's variables as a type: id of the DATASEC of that name. */
    public OptionalInt dataSection(String name) {
        for (int id = 1; id < types.size(); id++) {
            if (types.get(id) instanceof BtfType.DataSection section
                    && section.name().equals(name)) {
                return OptionalInt.of(id);
            }
        }
        return OptionalInt.empty();
    }

    /** The first type of that name and kind, as {@code struct NAME} or an alias; empty where there is none. */
    public OptionalInt find(String name, Class<? extends BtfType> kind) {
        for (int id = 1; id < types.size(); id++) {
            BtfType type = types.get(id);
            if (kind.isInstance(type) && type.name().equals(name)) {
                return OptionalInt.of(id);
            }
        }
        return OptionalInt.empty();
    }
}
