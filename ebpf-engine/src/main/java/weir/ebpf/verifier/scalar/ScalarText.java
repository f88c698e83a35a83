// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.scalar;

import java.util.ArrayList;
import java.util.List;

/** Scalars as the kernel's log has them, e.g. {@code scalar(smin=0,smax=umax=255,var_off=(0x0; 0xff))}. */
final class ScalarText {

    private ScalarText() {}

    /**
     * A bound with its name. Lower bounds of the same value are printed as one, in the form of the first, and so are
     * upper ones; but no negative number with an unsigned one.
     */
    private record Bound(String name, boolean signed, long value) {
        boolean isPrintedWith(Bound other) {
            return value == other.value && isLower() == other.isLower() && isNegative() == other.isNegative();
        }

        private boolean isLower() {
            return name.startsWith("min", 1);
        }

        private boolean isNegative() {
            return signed && value < 0;
        }
    }

    static String of(Scalar scalar) {
        if (scalar.isConstant()) {
            return number(true, scalar.value());
        }
        List<String> parts = new ArrayList<>();
        List<Bound> bounds = bounds(scalar);
        while (!bounds.isEmpty()) {
            Bound first = bounds.getFirst();
            StringBuilder part = new StringBuilder();
            bounds.stream()
                    .filter(first::isPrintedWith)
                    .forEach(bound -> part.append(bound.name()).append('='));
            parts.add(part.append(number(first.signed(), first.value())).toString());
            bounds.removeIf(first::isPrintedWith);
        }
        if (!scalar.bits().equals(Tnum.UNKNOWN)) {
            parts.add("var_off=" + scalar.bits());
        }
        return "scalar(" + String.join(",", parts) + ")";
    }

    private static List<Bound> bounds(Scalar scalar) {
        List<Bound> bounds = new ArrayList<>();
        add(bounds, new Bound("smin", true, scalar.smin()), Long.MIN_VALUE);
        add(bounds, new Bound("smax", true, scalar.smax()), Long.MAX_VALUE);
        add(bounds, new Bound("umin", false, scalar.umin()), 0);
        add(bounds, new Bound("umax", false, scalar.umax()), -1);
        add(bounds, new Bound("smin32", true, signed32(scalar.s32min())), signed32(Integer.MIN_VALUE));
        add(bounds, new Bound("smax32", true, signed32(scalar.s32max())), Integer.MAX_VALUE);
        add(bounds, new Bound("umin32", false, Integer.toUnsignedLong(scalar.u32min())), 0);
        add(bounds, new Bound("umax32", false, Integer.toUnsignedLong(scalar.u32max())), Integer.toUnsignedLong(-1));
        return bounds;
    }

    private static void add(List<Bound> bounds, Bound bound, long limit) {
        if (bound.value() != limit) {
            bounds.add(bound);
        }
    }

    /** Sign-extended where it is printed as a decimal, so that no hexadecimal number shows more than 32 bits. */
    private static long signed32(int value) {
        return isDecimal(true, value) ? value : Integer.toUnsignedLong(value);
    }

    private static boolean isDecimal(boolean signed, long value) {
        return signed ? value == (short) value : value == (char) value;
    }

    private static String number(boolean signed, long value) {
        return isDecimal(signed, value) ? Long.toString(value) : "0x" + Long.toHexString(value);
    }
}
