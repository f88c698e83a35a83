// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import org.jspecify.annotations.Nullable;
import weir.ebpf.verifier.scalar.Scalar;

/**
 * An address: where its object begins, plus a constant, plus a number known by its range.
 *
 * @param offset the constant, bytes
 * @param variable the number
 * @param id pointers into a frame with equal ids have the same {@code variable}; pointers that may be null
 *     with equal ids are null together; a value with a spin lock keeps its id
 * @param orNull whether it may be null
 * @param bytes accessible behind {@code variable}: of a frame what was compared with the end, of a record,
 *     memory or key all of it
 * @param reference number of what has to be released, or {@link #NO_REFERENCE}
 * @param place frame of a stack pointer, counted from the outermost; first slot of a function
 * @param map of keys, values and maps
 */
record PointerValue(
        PointerKind kind,
        int offset,
        Scalar variable,
        int id,
        boolean orNull,
        int bytes,
        int reference,
        int place,
        @Nullable MapReference map)
        implements Value {
    static final int NO_ID = 0;
    static final int NO_REFERENCE = 0;

    private static final Scalar ZERO = Scalar.constant(0);

    private static PointerValue of(PointerKind kind, int bytes, int place, @Nullable MapReference map) {
        return new PointerValue(kind, 0, ZERO, NO_ID, false, bytes, NO_REFERENCE, place, map);
    }

    static PointerValue plain(PointerKind kind) {
        return of(kind, 0, 0, null);
    }

    static PointerValue stack(int frame) {
        return of(PointerKind.STACK, 0, frame, null);
    }

    static PointerValue function(int slot) {
        return of(PointerKind.FUNCTION, 0, slot, null);
    }

    static PointerValue map(MapReference map) {
        return of(PointerKind.MAP, 0, 0, map);
    }

    static PointerValue mapKey(MapReference map) {
        return of(PointerKind.MAP_KEY, map.spec().keyBytes(), 0, map);
    }

    static PointerValue mapValue(MapReference map) {
        return of(PointerKind.MAP_VALUE, map.spec().valueBytes(), 0, map);
    }

    static PointerValue memory(int bytes) {
        return of(PointerKind.MEMORY, bytes, 0, null);
    }

    static PointerValue record(int bytes, int reference) {
        return new PointerValue(PointerKind.RECORD, 0, ZERO, reference, true, bytes, reference, 0, null);
    }

    boolean isFixed() {
        return variable.isConstant();
    }

    /** The whole offset of a pointer that {@link #isFixed}. */
    long fixedOffset() {
        return offset + variable.value();
    }

    /** Whether it points to the first byte of its object. */
    boolean isAtStart() {
        return isFixed() && fixedOffset() == 0;
    }

    PointerValue maybeNull(int newId) {
        return new PointerValue(kind, offset, variable, newId, true, bytes, reference, place, map);
    }

    /** Not null after all; the id stays where it still tells objects apart. */
    PointerValue notNull(boolean keepId) {
        return new PointerValue(kind, offset, variable, keepId ? id : NO_ID, false, bytes, reference, place, map);
    }

    PointerValue withId(int newId) {
        return new PointerValue(kind, offset, variable, newId, orNull, bytes, reference, place, map);
    }

    PointerValue withBytes(int newBytes) {
        return new PointerValue(kind, offset, variable, id, orNull, newBytes, reference, place, map);
    }

    PointerValue moved(int newOffset) {
        return new PointerValue(kind, newOffset, variable, id, orNull, bytes, reference, place, map);
    }

    PointerValue moved(int newOffset, Scalar newVariable, int newId, int newBytes) {
        return new PointerValue(kind, newOffset, newVariable, newId, orNull, newBytes, reference, place, map);
    }

    @Override
    public String text() {
        StringBuilder text = new StringBuilder(kind.text());
        if (orNull) {
            text.append("_or_null");
        }
        if (kind == PointerKind.STACK && isFixed()) {
            return text.append(fixedOffset()).toString();
        }
        text.append('(');
        String separator = "";
        if (id != NO_ID) {
            text.append("id=").append(id);
            separator = ",";
        }
        if (offset != 0) {
            text.append(separator).append("off=").append(offset);
            separator = ",";
        }
        if (kind.isPacketMemory()) {
            text.append(separator).append("r=").append(bytes);
            separator = ",";
        }
        if (map != null) {
            text.append(separator).append("map=").append(map.spec().name());
            separator = ",";
        }
        if (!variable.isConstant() || variable.value() != 0) {
            text.append(separator).append(variable);
        }
        return text.append(')').toString();
    }

    @Override
    public String toString() {
        return text();
    }
}
