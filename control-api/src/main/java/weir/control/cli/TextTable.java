// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Columns of text under a heading; a column of numbers, or {@code -} where there is none, stands at the right. */
public final class TextTable {
    private static final String GAP = "  ";
    private static final String CUT = "...";
    private static final int MIN_WIDTH = 12;

    private final List<String> headings;
    private final List<List<String>> rows = new ArrayList<>();

    public TextTable(String... headings) {
        this.headings = List.of(headings);
    }

    /** Adds a row. Integers get thousands separators, other numbers two decimals; text stays as it is. */
    public TextTable row(Object... cells) {
        if (cells.length != headings.size()) {
            throw new IllegalArgumentException("cells=" + cells.length + ", columns=" + headings.size());
        }
        List<String> row = new ArrayList<>(cells.length);
        for (Object cell : cells) {
            row.add(format(cell));
        }
        rows.add(row);
        return this;
    }

    /** Writes the heading and all rows, without spaces at the end of a line; fitted to the terminal where there is one. */
    public void print(PrintWriter out) {
        print(out, TerminalWidth.ofThisProcess(), true);
    }

    /** The same without heading: for names and values. */
    void printRows(PrintWriter out) {
        print(out, TerminalWidth.ofThisProcess(), false);
    }

    void print(PrintWriter out, int terminalWidth, boolean withHeading) {
        int columns = headings.size();
        int[] widths = new int[columns];
        boolean[] numeric = new boolean[columns];
        for (int column = 0; column < columns; column++) {
            int at = column;
            widths[at] = rows.stream()
                    .mapToInt(row -> row.get(at).length())
                    .reduce(headings.get(at).length(), Math::max);
            numeric[at] = rows.stream().anyMatch(row -> isNumber(row.get(at)))
                    && rows.stream().allMatch(row -> isNumber(row.get(at)) || isNone(row.get(at)));
        }
        fit(widths, numeric, terminalWidth);
        if (withHeading) {
            out.println(line(headings, widths, numeric));
        }
        rows.forEach(row -> out.println(line(row, widths, numeric)));
    }

    /** Takes from the widest column of text until all fit, as far as each stays readable; numbers are never cut. */
    private void fit(int[] widths, boolean[] numeric, int terminalWidth) {
        int excess = Arrays.stream(widths).sum() + (widths.length - 1) * GAP.length() - terminalWidth;
        while (excess > 0) {
            int widest = -1;
            for (int column = 0; column < widths.length; column++) {
                boolean canShrink = !numeric[column]
                        && widths[column]
                                > Math.max(MIN_WIDTH, headings.get(column).length());
                if (canShrink && (widest < 0 || widths[column] > widths[widest])) {
                    widest = column;
                }
            }
            if (widest < 0) {
                return;
            }
            widths[widest]--;
            excess--;
        }
    }

    private static String cut(String cell, int width) {
        return cell.length() <= width ? cell : cell.substring(0, width - CUT.length()) + CUT;
    }

    private static String line(List<String> cells, int[] widths, boolean[] numeric) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String cell = cut(cells.get(column), widths[column]);
            String padding = " ".repeat(widths[column] - cell.length());
            line.append(numeric[column] ? padding + cell : cell + padding).append(GAP);
        }
        return line.toString().stripTrailing();
    }

    private static String format(Object cell) {
        return switch (cell) {
            case Integer number -> String.format(Locale.ROOT, "%,d", number);
            case Long number -> String.format(Locale.ROOT, "%,d", number);
            case Double number -> String.format(Locale.ROOT, "%,.2f", number);
            default -> cell.toString();
        };
    }

    private static boolean isNone(String cell) {
        return cell.equals("-");
    }

    private static boolean isNumber(String cell) {
        return cell.matches("-?[\\d,]+(\\.\\d+)?%?");
    }
}
