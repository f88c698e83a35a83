// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.scalar;

import java.util.ArrayList;
import java.util.List;

/** Scalars as the kernel's log has them, e.g. {@code scalar(smin=0,smax=umax=255,var_off=(0x0; 0xff))}. */
final class ScalarText {

    private ScalarText() {}

    /** What is printed of a number. Negative and unsigned ones differ though their hexadecimal digits do not. */
    private record Text(boolean negative, String digits) {}

    /** A bound with its name; bounds with the same text are printed as one. */
    private record Bound(String name, Text text) {}

    static String of(Scalar scalar) {
        if (scalar.isConstant()) {
            return signed(scalar.value(), scalar.value()).digits();
        }
        List<String> parts = new ArrayList<>();
        List<Bound> bounds = bounds(scalar);
        while (!bounds.isEmpty()) {
            Text text = bounds.getFirst().text();
            StringBuilder part = new StringBuilder();
            bounds.stream()
                    .filter(bound -> bound.text().equals(text))
                    .forEach(bound -> part.append(bound.name()).append('='));
            parts.add(part.append(text.digits()).toString());
            bounds.removeIf(bound -> bound.text().equals(text));
        }
        if (!scalar.bits().equals(Tnum.UNKNOWN)) {
            parts.add("var_off=" + scalar.bits());
        }
        return "scalar(" + String.join(",", parts) + ")";
    }

    private static List<Bound> bounds(Scalar scalar) {
        List<Bound> bounds = new ArrayList<>();
        addSigned(bounds, "smin", scalar.smin(), Long.MIN_VALUE, scalar.smin());
        addSigned(bounds, "smax", scalar.smax(), Long.MAX_VALUE, scalar.smax());
        addUnsigned(bounds, "umin", scalar.umin(), 0);
        addUnsigned(bounds, "umax", scalar.umax(), -1);
        int s32min = scalar.s32min();
        int s32max = scalar.s32max();
        addSigned(bounds, "smin32", s32min, Integer.MIN_VALUE, Integer.toUnsignedLong(s32min));
        addSigned(bounds, "smax32", s32max, Integer.MAX_VALUE, Integer.toUnsignedLong(s32max));
        addUnsigned(bounds, "umin32", Integer.toUnsignedLong(scalar.u32min()), 0);
        addUnsigned(bounds, "umax32", Integer.toUnsignedLong(scalar.u32max()), Integer.toUnsignedLong(-1));
        return bounds;
    }

    private static void addSigned(List<Bound> bounds, String name, long number, long limit, long bits) {
        if (number != limit) {
            bounds.add(new Bound(name, signed(number, bits)));
        }
    }

    private static void addUnsigned(List<Bound> bounds, String name, long number, long limit) {
        if (number != limit) {
            String digits = number == (char) number ? Long.toString(number) : hexadecimal(number);
            bounds.add(new Bound(name, new Text(false, digits)));
        }
    }

    private static Text signed(long number, long bits) {
        return number == (short) number
                ? new Text(number < 0, Long.toString(number))
                : new Text(bits < 0, hexadecimal(bits));
    }

    private static String hexadecimal(long number) {
        return "0x" + Long.toHexString(number);
    }
}
