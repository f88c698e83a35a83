// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import weir.control.gen.GenSettings;

/** Rates as people write and read them. */
final class RateText {
    private static final Pattern RATE = Pattern.compile("([0-9]{1,10}(?:\\.[0-9]{1,6})?)([kKmM]?)(?:pps)?");
    private static final double KILO = 1e3;
    private static final double MEGA = 1e6;
    private static final double GIGA = 1e9;

    private RateText() {}

    /**
     * Reads {@code 1000}, {@code 10k}, {@code 1.5M} or {@code max}, frames a second.
     *
     * @throws IllegalArgumentException that quotes the text
     */
    static double parse(String text) {
        if (text.equals("max")) {
            return GenSettings.UNLIMITED;
        }
        Matcher rate = RATE.matcher(text);
        if (!rate.matches()) {
            throw new IllegalArgumentException(
                    "rate '" + text + "' is no number of frames a second like 1000, 10k, 1.5M, or max");
        }
        double number = Double.parseDouble(rate.group(1));
        return switch (rate.group(2).toLowerCase(Locale.ROOT)) {
            case "k" -> number * KILO;
            case "m" -> number * MEGA;
            default -> number;
        };
    }

    static String pps(double pps) {
        return String.format(Locale.ROOT, "%,.0f pps", pps);
    }

    static String bits(double bitsPerSecond) {
        return bitsPerSecond >= GIGA
                ? String.format(Locale.ROOT, "%.2f Gbit/s", bitsPerSecond / GIGA)
                : String.format(Locale.ROOT, "%.2f Mbit/s", bitsPerSecond / MEGA);
    }
}
