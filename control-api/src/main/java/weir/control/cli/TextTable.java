// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Columns of text under a heading; a column of numbers, or {@code -} where there is none, stands at the right. */
public final class TextTable {
    private static final String GAP = "  ";

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

    /** Writes the heading and all rows, without spaces at the end of a line. */
    public void print(PrintWriter out) {
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
        out.println(line(headings, widths, numeric));
        rows.forEach(row -> out.println(line(row, widths, numeric)));
    }

    private static String line(List<String> cells, int[] widths, boolean[] numeric) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String cell = cells.get(column);
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
