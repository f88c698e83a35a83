// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.scalar;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel's verifier knows of a register, as its log has it.
 *
 * @param text without mark of precision and identity
 */
record KernelScalar(
        String text,
        Tnum bits,
        long umin,
        long umax,
        long smin,
        long smax,
        int u32min,
        int u32max,
        int s32min,
        int s32max) {
    private static final Pattern REGISTER =
            Pattern.compile("R(\\d+)(?:_[a-zA-Z]+)?=P?(scalar\\((?:[^()]|\\([^()]*\\))*\\)|-?[0-9a-fx]+)");
    private static final Pattern BITS = Pattern.compile("var_off=\\((0x[0-9a-f]+); (0x[0-9a-f]+)\\)");
    private static final Pattern BOUND = Pattern.compile("((?:[su]m(?:in|ax)(?:32)?=)+)(-?[0-9a-fx]+)");
    private static final Pattern NAME = Pattern.compile("[a-z]+(?:32)?");
    private static final Pattern IDENTITY = Pattern.compile("id=\\d+(?:[+-]\\d+)?,?");
    private static final int HEXADECIMAL = 16;

    /** Registers with numbers in a part of the log, by number; what stands there last holds. */
    static Map<Integer, KernelScalar> ofText(String text) {
        Map<Integer, KernelScalar> registers = new HashMap<>();
        Matcher matcher = REGISTER.matcher(text);
        while (matcher.find()) {
            registers.put(Integer.parseInt(matcher.group(1)), parse(matcher.group(2)));
        }
        return registers;
    }

    private static KernelScalar parse(String text) {
        if (!text.startsWith("scalar")) {
            long value = number(text);
            int low = (int) value;
            return new KernelScalar(text, Tnum.constant(value), value, value, value, value, low, low, low, low);
        }
        Map<String, Long> bounds = new HashMap<>();
        Matcher bound = BOUND.matcher(text);
        while (bound.find()) {
            long number = number(bound.group(2));
            NAME.matcher(bound.group(1)).results().forEach(name -> bounds.put(name.group(), number));
        }
        Matcher bits = BITS.matcher(text);
        return new KernelScalar(
                IDENTITY.matcher(text).replaceAll("").replace(",)", ")"),
                bits.find() ? new Tnum(number(bits.group(1)), number(bits.group(2))) : Tnum.UNKNOWN,
                bounds.getOrDefault("umin", 0L),
                bounds.getOrDefault("umax", -1L),
                bounds.getOrDefault("smin", Long.MIN_VALUE),
                bounds.getOrDefault("smax", Long.MAX_VALUE),
                bounds.getOrDefault("umin32", 0L).intValue(),
                bounds.getOrDefault("umax32", -1L).intValue(),
                bounds.getOrDefault("smin32", (long) Integer.MIN_VALUE).intValue(),
                bounds.getOrDefault("smax32", (long) Integer.MAX_VALUE).intValue());
    }

    private static long number(String text) {
        return text.startsWith("0x") ? Long.parseUnsignedLong(text.substring(2), HEXADECIMAL) : Long.parseLong(text);
    }

    /** Whether everything that the kernel knows is known of the scalar, too. */
    boolean holdsFor(Scalar scalar) {
        return bits.contains(scalar.bits())
                && Long.compareUnsigned(umin, scalar.umin()) <= 0
                && Long.compareUnsigned(umax, scalar.umax()) >= 0
                && smin <= scalar.smin()
                && smax >= scalar.smax()
                && Integer.compareUnsigned(u32min, scalar.u32min()) <= 0
                && Integer.compareUnsigned(u32max, scalar.u32max()) >= 0
                && s32min <= scalar.s32min()
                && s32max >= scalar.s32max();
    }

    /** Whether nothing more is known of the scalar. */
    boolean isAllThatIsKnownOf(Scalar scalar) {
        return bits.equals(scalar.bits())
                && umin == scalar.umin()
                && umax == scalar.umax()
                && smin == scalar.smin()
                && smax == scalar.smax()
                && u32min == scalar.u32min()
                && u32max == scalar.u32max()
                && s32min == scalar.s32min()
                && s32max == scalar.s32max();
    }

    Scalar toScalar() {
        Word wide = bounded(Word.unknown(Long.SIZE).withBits(bits), umin, umax, smin, smax);
        Word low = bounded(Word.unknown(Integer.SIZE), u32min, u32max, s32min, s32max);
        return Objects.requireNonNull(Scalar.reduce(wide, low), () -> "contradiction in " + text);
    }

    private static @Nullable Word bounded(@Nullable Word word, long umin, long umax, long smin, long smax) {
        Word bounded = word == null ? null : word.atLeast(umin);
        bounded = bounded == null ? null : bounded.atMost(umax);
        bounded = bounded == null ? null : bounded.atLeastSigned(smin);
        return bounded == null ? null : bounded.atMostSigned(smax);
    }

    @Override
    public String toString() {
        return text;
    }
}
