// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import weir.ebpf.program.Source;
import weir.ebpf.verifier.scalar.Scalar;

/**
 * A number, with the numbers it was made from. Whether its exact range matters is found out later, when
 * something is proved by it; then it and all it was made from become precise, those in stored states
 * included. What nothing depends on may differ between states that count as equal. It does what {@code
 * mark_chain_precision} of {@code kernel/bpf/verifier.c} does by walking back over instructions.
 */
final class ScalarValue implements Value {
    /** How much the exact range matters. */
    enum Precision {
        /** Nothing depends on it, as far as the paths walked so far tell. */
        ANY,
        /** Something may depend on it: a path went back into a state that was not finished. */
        ASSUMED,
        /** Something was proved by it. */
        NEEDED
    }

    /** {@link #group} of a number that equals no other one. */
    static final int ALONE = 0;

    private final Scalar range;
    private final int group;
    private final long distance;
    private @Nullable ScalarValue first;
    private @Nullable ScalarValue second;
    private Precision precision = Precision.ANY;
    private @Nullable Source source;

    private ScalarValue(
            Scalar range,
            int group,
            long distance,
            @Nullable ScalarValue first,
            @Nullable ScalarValue second,
            @Nullable Source source) {
        this.source = source;
        this.range = range;
        this.group = group;
        this.distance = distance;
        this.first = origin(first);
        this.second = origin(second);
    }

    /** Nothing to mark behind what is marked already. */
    private static @Nullable ScalarValue origin(@Nullable ScalarValue value) {
        return value == null || value.precision == Precision.NEEDED ? null : value;
    }

    static ScalarValue of(Scalar range) {
        return new ScalarValue(range, ALONE, 0, null, null, null);
    }

    static ScalarValue constant(long value) {
        return of(Scalar.constant(value));
    }

    static ScalarValue unknown() {
        return of(Scalar.UNKNOWN);
    }

    /** A number made from one or two others. */
    static ScalarValue from(Scalar range, ScalarValue first, @Nullable ScalarValue second) {
        return new ScalarValue(range, ALONE, 0, first, second, null);
    }

    /** A copy, equal to this one for ever where the group says so. */
    ScalarValue copy() {
        return new ScalarValue(range, group, distance, this, null, source);
    }

    /**
     * The same number, now one of a group.
     *
     * @param newGroup numbers of one group differ by constants
     * @param newDistance this number minus what the group stands for
     */
    ScalarValue grouped(int newGroup, long newDistance) {
        return new ScalarValue(range, newGroup, newDistance, this, null, source);
    }

    /** The same number, known better because of another one. */
    ScalarValue refined(Scalar newRange, @Nullable ScalarValue because) {
        return new ScalarValue(newRange, group, distance, this, because, source);
    }

    Scalar range() {
        return range;
    }

    int group() {
        return group;
    }

    long distance() {
        return distance;
    }

    boolean is(long constant) {
        return range.isConstant() && range.value() == constant;
    }

    Precision precision() {
        return precision;
    }

    /** Where it comes from; null where that is not followed. */
    @Nullable
    Source source() {
        return source;
    }

    /** Notes where it comes from. */
    void comesFrom(Source from) {
        source = from;
    }

    /** Marks this number and all that it was made from. */
    void require(Precision needed) {
        if (precision.compareTo(needed) >= 0) {
            return;
        }
        Deque<ScalarValue> open = new ArrayDeque<>();
        open.push(this);
        while (!open.isEmpty()) {
            ScalarValue value = open.pop();
            if (value.precision.compareTo(needed) >= 0) {
                continue;
            }
            value.precision = needed;
            if (value.first != null) {
                open.push(value.first);
            }
            if (value.second != null) {
                open.push(value.second);
            }
            if (needed == Precision.NEEDED) {
                value.first = null;
                value.second = null;
            }
        }
    }

    @Override
    public String text() {
        String text = range.toString();
        return group == ALONE || range.isConstant() ? text : text.replace("scalar(", "scalar(id=" + group + ',');
    }

    @Override
    public String toString() {
        return text();
    }
}
