// SPDX-License-Identifier: Apache-2.0
package weir.core.link;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers with units as users write them: {@code 20ms}, {@code 1.5%}, {@code 10mbit}, {@code 64kb}. Exact, or refused. */
public final class LinkUnits {
    private static final Pattern NUMBER = Pattern.compile("([0-9]{1,18}(?:\\.[0-9]{1,9})?)([a-zA-Z%]*)");
    private static final Map<String, Long> NANOS = units("ns", 1, "us", 1_000, "ms", 1_000_000, "s", 1_000_000_000L);
    private static final Map<String, Long> LONG_NANOS = longTimes();
    private static final Map<String, Long> BITS =
            units("bit", 1, "kbit", 1_000, "mbit", 1_000_000, "gbit", 1_000_000_000L);
    private static final Map<String, Long> BYTES = units("b", 1, "kb", 1_000, "mb", 1_000_000);
    private static final int PERCENT = 100;

    private LinkUnits() {}

    private static Map<String, Long> units(Object... pairs) {
        Map<String, Long> units = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            units.put((String) pairs[i], ((Number) pairs[i + 1]).longValue());
        }
        return units;
    }

    private static Map<String, Long> longTimes() {
        Map<String, Long> times = new LinkedHashMap<>(NANOS);
        times.putAll(units("m", 60_000_000_000L, "h", 3_600_000_000_000L));
        return times;
    }

    /** A time up to seconds, in nanoseconds. */
    public static long nanos(String text) {
        return whole(text, NANOS, "time", "20ms");
    }

    /** A time that may be minutes or hours, in nanoseconds. */
    public static long longNanos(String text) {
        return whole(text, LONG_NANOS, "time", "5m");
    }

    /** Bits a second. */
    public static long bitsPerSecond(String text) {
        return whole(text, BITS, "rate", "10mbit");
    }

    /** Bytes. */
    public static long bytes(String text) {
        return whole(text, BYTES, "size", "64kb");
    }

    /** A share, from 0 to 1, written as a percentage. */
    public static double share(String text) {
        Matcher parts = NUMBER.matcher(text);
        if (!parts.matches() || !parts.group(2).equals("%")) {
            throw new IllegalArgumentException("'" + text + "' is not a percentage such as 1% or 0.5%");
        }
        double percent = Double.parseDouble(parts.group(1));
        if (percent > PERCENT) {
            throw new IllegalArgumentException("'" + text + "' is more than 100%");
        }
        return percent / PERCENT;
    }

    private static long whole(String text, Map<String, Long> units, String what, String example) {
        Matcher parts = NUMBER.matcher(text);
        Long unit = parts.matches() ? units.get(parts.group(2)) : null;
        if (unit == null) {
            throw new IllegalArgumentException("'" + text + "' is not a " + what + " such as " + example
                    + "; units are " + String.join(", ", units.keySet()));
        }
        BigDecimal value = new BigDecimal(parts.group(1)).multiply(BigDecimal.valueOf(unit));
        if (value.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0
                || value.stripTrailingZeros().scale() > 0) {
            throw new IllegalArgumentException("'" + text + "' is too large or too fine");
        }
        return value.longValueExact();
    }

    static String ofNanos(long nanos) {
        return in(LONG_NANOS, nanos);
    }

    static String ofBits(long bitsPerSecond) {
        return in(BITS, bitsPerSecond);
    }

    static String ofBytes(long bytes) {
        return in(BYTES, bytes);
    }

    static String ofShare(double share) {
        return BigDecimal.valueOf(share)
                        .movePointRight(2)
                        .setScale(9, RoundingMode.HALF_EVEN)
                        .stripTrailingZeros()
                        .toPlainString()
                + "%";
    }

    /** In the largest unit that leaves no fraction. */
    private static String in(Map<String, Long> units, long value) {
        List<Map.Entry<String, Long>> largestFirst = new ArrayList<>(units.entrySet()).reversed();
        for (Map.Entry<String, Long> unit : largestFirst) {
            if (value % unit.getValue() == 0) {
                return value / unit.getValue() + unit.getKey();
            }
        }
        throw new IllegalStateException("no unit of 1 among " + units);
    }
}
