// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.container;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import weir.control.bench.PairStatistics;
import weir.control.text.SvgImage;

/**
 * Weir's ratios as an SVG image: a line for each figure and baseline, a dot for each pair, a bar at the median. The scale is
 * that of doublings, so that half and twice are equally far from 1.
 */
public final class RatioPlot {
    private static final int WIDTH = 860;
    private static final int LEFT = 300;
    private static final int RIGHT = 90;
    private static final int TOP = 78;
    private static final int ROW = 24;
    private static final int BOTTOM = 40;
    private static final int DOT_RADIUS = 3;
    private static final int BAR = 8;
    private static final int BASELINE_OF_TEXT = 4;
    private static final int TITLE_AT = 22;
    private static final int LINE = 18;
    private static final int GAP = 10;
    private static final String GOOD = "#1a7f37";
    private static final String BAD = "#b3541e";

    private final List<Row> rows = new ArrayList<>();
    private int least = -1;
    private int most = 1;

    private record Row(String title, boolean moreIsBetter, PairStatistics ratio) {}

    private RatioPlot(ContainerBenchReport report) {
        for (ContainerBenchReport.Ratios each : report.ratios()) {
            for (Figure figure : Figure.values()) {
                PairStatistics ratio = each.figures().get(figure.key());
                if (ratio != null && figure != Figure.OFFERED_MPPS && ratio.min() > 0) {
                    rows.add(new Row(unitless(figure) + " / " + each.baseline(), figure.moreIsBetter(), ratio));
                    least = Math.min(least, (int) Math.floor(log2(ratio.min())));
                    most = Math.max(most, (int) Math.ceil(log2(ratio.max())));
                }
            }
        }
    }

    /** The image as text. */
    public static String of(ContainerBenchReport report) {
        return new RatioPlot(report).draw(report);
    }

    /** A ratio has no unit. */
    private static String unitless(Figure figure) {
        return figure.title().replaceFirst(",.*", "");
    }

    private static double log2(double value) {
        return Math.log(value) / Math.log(2);
    }

    private double x(double ratio) {
        double share = (log2(ratio) - least) / (most - least);
        return LEFT + share * (WIDTH - LEFT - RIGHT);
    }

    private String draw(ContainerBenchReport report) {
        int height = TOP + rows.size() * ROW + BOTTOM;
        SvgImage svg = new SvgImage(WIDTH, height);
        heading(svg, report);
        grid(svg, height);
        for (int i = 0; i < rows.size(); i++) {
            row(svg, rows.get(i), TOP + i * ROW + ROW / 2);
        }
        return svg.toString();
    }

    private static void heading(SvgImage svg, ContainerBenchReport report) {
        ContainerBenchSettings settings = report.settings();
        svg.text(
                GAP,
                TITLE_AT,
                "start",
                "#000",
                "Weir between " + (settings.docker() ? "containers" : "namespaces") + " ("
                        + settings.topology().label() + ", " + settings.mode().label() + "), ratio to others, "
                        + settings.pairs() + " pairs");
        svg.text(GAP, TITLE_AT + LINE, "start", "#555", report.machine().sentence());
        svg.text(
                GAP,
                TITLE_AT + 2 * LINE,
                "start",
                "#555",
                "green: better than the other; a dot for each pair, a bar at the median");
    }

    private void grid(SvgImage svg, int height) {
        for (int power = least; power <= most; power++) {
            double at = x(Math.pow(2, power));
            svg.add(String.format(
                    Locale.ROOT,
                    "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"%s\"/>",
                    at,
                    TOP,
                    at,
                    height - BOTTOM,
                    power == 0 ? "#000" : "#ddd"));
            svg.text(
                    at, height - BOTTOM + LINE, "middle", "#555", power < 0 ? "1/" + (1 << -power) : "" + (1 << power));
        }
    }

    private void row(SvgImage svg, Row row, int y) {
        PairStatistics ratio = row.ratio();
        String colour = ratio.median() >= 1 == row.moreIsBetter() ? GOOD : BAD;
        svg.text(LEFT - GAP, y + BASELINE_OF_TEXT, "end", "#000", row.title());
        for (double each : ratio.values()) {
            svg.add(String.format(
                    Locale.ROOT,
                    "<circle cx=\"%.1f\" cy=\"%d\" r=\"%d\" fill=\"%s\" fill-opacity=\"0.45\"/>",
                    x(each),
                    y,
                    DOT_RADIUS,
                    colour));
        }
        svg.add(String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"%s\" stroke-width=\"3\"/>",
                x(ratio.median()),
                y - BAR,
                x(ratio.median()),
                y + BAR,
                colour));
        svg.text(
                WIDTH - RIGHT + GAP,
                y + BASELINE_OF_TEXT,
                "start",
                colour,
                String.format(Locale.ROOT, "%.2f", ratio.median()));
    }
}
