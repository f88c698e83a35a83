// SPDX-License-Identifier: Apache-2.0
package weir.ports.capture;

import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import weir.core.port.PortException;
import weir.ports.PortSpec;

/**
 * What {@code pcap:[IN][,OUT][?speed=S&loops=N]} says. Making one touches nothing on the machine.
 *
 * @param in file to replay; empty for none
 * @param out file to write; empty for none
 * @param speed how many times as fast as captured; {@link #AS_FAST_AS_POSSIBLE}
 * @param loops how often IN is replayed; 0 for ever
 */
record CaptureSpec(String in, String out, double speed, int loops) {
    static final String KIND = "pcap";
    static final String FORM = "pcap:IN[,OUT]";

    /** A {@link #speed} that looks at no time. */
    static final double AS_FAST_AS_POSSIBLE = Double.POSITIVE_INFINITY;

    private static final double ORIGINAL = 1;
    private static final double MIN_SPEED = 0.001;
    private static final double MAX_SPEED = 1_000_000;
    private static final int MAX_LOOPS = 1_000_000;
    private static final String SPEEDS = "speed is original, max, or a factor such as 10x or 0.5x";
    private static final Pattern FACTOR = Pattern.compile("[0-9]{1,7}(\\.[0-9]{1,6})?x");
    private static final SortedSet<String> OPTIONS =
            Collections.unmodifiableSortedSet(new TreeSet<>(List.of("loops", "speed")));

    static CaptureSpec of(PortSpec spec) throws PortException {
        spec.requireKnownOptions(OPTIONS);
        int comma = spec.target().indexOf(',');
        String in = comma < 0 ? spec.target() : spec.target().substring(0, comma);
        String out = comma < 0 ? "" : spec.target().substring(comma + 1);
        String text = PortSpec.quote(spec.text());
        if (in.isEmpty() && out.isEmpty()) {
            throw new PortException(text + " names no file", "write pcap:IN, pcap:IN,OUT or pcap:,OUT");
        }
        if (out.contains(",")) {
            throw new PortException(text + " names more than two files", "write pcap:IN,OUT; names have no commas");
        }
        requirePath(in, text);
        requirePath(out, text);
        if (in.isEmpty() && !spec.options().isEmpty()) {
            throw new PortException(
                    text + " says how to replay, but names no file to read", "write pcap:IN,OUT?speed=max");
        }
        return new CaptureSpec(in, out, speed(spec), spec.number("loops", 0, MAX_LOOPS, 1));
    }

    private static void requirePath(String path, String text) throws PortException {
        if (path.equals("-")) {
            throw new PortException(
                    text + " names the standard streams, which are the command's own",
                    "name a file; /dev/stdin works as the file to read, and a named pipe as either");
        }
        if (path.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            throw new PortException(text + " has a control character", "name files by printable characters");
        }
    }

    private static double speed(PortSpec spec) throws PortException {
        String value = spec.options().getOrDefault("speed", "original");
        switch (value) {
            case "original" -> {
                return ORIGINAL;
            }
            case "max" -> {
                return AS_FAST_AS_POSSIBLE;
            }
            default -> {
                if (!FACTOR.matcher(value).matches()) {
                    throw new PortException(
                            "speed " + PortSpec.quote(value) + " in " + PortSpec.quote(spec.text()) + " is no speed",
                            SPEEDS);
                }
            }
        }
        double factor = Double.parseDouble(value.substring(0, value.length() - 1));
        if (factor < MIN_SPEED || factor > MAX_SPEED) {
            throw new PortException(
                    "speed " + value + " in " + PortSpec.quote(spec.text()) + " is out of range [0.001x, 1000000x]",
                    SPEEDS);
        }
        return factor;
    }

    boolean reads() {
        return !in.isEmpty();
    }

    boolean writes() {
        return !out.isEmpty();
    }

    /** The spec as text; options that have their default are left out. */
    @Override
    public String toString() {
        return PortSpec.writer(KIND, writes() ? in + "," + out : in)
                .option("speed", speed == ORIGINAL ? null : speedText())
                .option("loops", loops == 1 ? null : loops)
                .toString();
    }

    private String speedText() {
        if (speed == AS_FAST_AS_POSSIBLE) {
            return "max";
        }
        boolean whole = speed == Math.rint(speed);
        return (whole ? Long.toString((long) speed) : Double.toString(speed)) + "x";
    }
}
