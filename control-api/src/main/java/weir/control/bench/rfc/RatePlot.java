// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.rfc;

import java.util.List;
import java.util.Locale;
import weir.control.text.SvgImage;

/**
 * Throughput against length of frames as an SVG image, as RFC 2544, 26.1 asks for: frames a second, and the most that the
 * line carries where that is known. A rate that the tester limits is a hollow dot.
 */
public final class RatePlot {
    private static final int WIDTH = 720;
    private static final int HEIGHT = 420;
    private static final int LEFT = 110;
    private static final int RIGHT = 30;
    private static final int TOP = 78;
    private static final int BOTTOM = 60;
    private static final int TITLE_AT = 22;
    private static final int LINE = 18;
    private static final int GAP = 10;
    private static final int DOT_RADIUS = 4;
    private static final int GRID_LINES = 5;
    private static final String INK = "#000";
    private static final String PALE = "#555";
    private static final String GRID = "#ddd";
    private static final String RATE = "#0b5cad";
    private static final String MAXIMUM = "#b3541e";

    private final SvgImage svg = new SvgImage(WIDTH, HEIGHT);
    private final List<Rfc2544Report.ThroughputRow> rows;
    private final double longest;
    private final double highest;

    private RatePlot(List<Rfc2544Report.ThroughputRow> rows) {
        this.rows = rows;
        longest = rows.stream()
                .mapToInt(Rfc2544Report.ThroughputRow::frameBytes)
                .max()
                .orElse(1);
        highest = rows.stream().mapToDouble(RatePlot::highest).max().orElse(1);
    }

    /** The image as text. */
    public static String of(Rfc2544Report report) {
        return new RatePlot(report.throughput()).draw(report);
    }

    private static double highest(Rfc2544Report.ThroughputRow row) {
        Double maximum = row.maximumPps();
        return Math.max(1, Math.max(row.pps(), maximum == null ? 0 : maximum));
    }

    private double x(double bytes) {
        return LEFT + bytes / longest * (WIDTH - LEFT - RIGHT);
    }

    private double y(double pps) {
        return HEIGHT - BOTTOM - pps / highest * (HEIGHT - TOP - BOTTOM);
    }

    private String draw(Rfc2544Report report) {
        svg.text(GAP, TITLE_AT, "start", INK, "RFC 2544 throughput: " + report.device());
        svg.text(GAP, TITLE_AT + LINE, "start", PALE, report.machine().sentence());
        svg.text(GAP, TITLE_AT + 2 * LINE, "start", PALE, "a hollow dot is a rate that the tester limits");
        for (int i = 0; i <= GRID_LINES; i++) {
            double pps = highest * i / GRID_LINES;
            svg.line(LEFT, y(pps), WIDTH - RIGHT, y(pps), i == 0 ? INK : GRID);
            svg.text(LEFT - GAP, y(pps), "end", PALE, String.format(Locale.ROOT, "%,.0f", pps));
        }
        svg.text(LEFT, HEIGHT - BOTTOM + 2 * LINE, "start", PALE, "frames/s, by length of frames in bytes with FCS");
        for (int i = 0; i < rows.size(); i++) {
            mark(rows.get(i), i == 0 ? rows.get(i) : rows.get(i - 1));
        }
        return svg.toString();
    }

    private void mark(Rfc2544Report.ThroughputRow row, Rfc2544Report.ThroughputRow before) {
        double at = x(row.frameBytes());
        svg.text(at, HEIGHT - BOTTOM + LINE, "middle", PALE, String.valueOf(row.frameBytes()));
        svg.line(x(before.frameBytes()), y(before.pps()), at, y(row.pps()), RATE);
        Double maximum = row.maximumPps();
        Double maximumBefore = before.maximumPps();
        if (maximum != null && maximumBefore != null) {
            svg.line(x(before.frameBytes()), y(maximumBefore), at, y(maximum), MAXIMUM);
        }
        boolean isHollow = row.limitedBy() == Limit.TESTER;
        svg.add(String.format(
                Locale.ROOT,
                "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%d\" stroke=\"%s\" fill=\"%s\"/>",
                at,
                y(row.pps()),
                DOT_RADIUS,
                RATE,
                isHollow ? "white" : RATE));
    }
}
