// SPDX-License-Identifier: Apache-2.0
package weir.control.text;

import java.util.Locale;

/** An image that is put together as text. Distances are pixels from the upper left corner. */
public final class SvgImage {
    private final StringBuilder svg = new StringBuilder();

    /** An empty white one. */
    public SvgImage(int width, int height) {
        add(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%1$d\" height=\"%2$d\" viewBox=\"0 0 %1$d %2$d\""
                        + " font-family=\"sans-serif\" font-size=\"13\">",
                width,
                height));
        add(String.format(Locale.ROOT, "<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", width, height));
    }

    /** Adds an element as it is written. */
    public void add(String element) {
        svg.append(element).append('\n');
    }

    /**
     * Adds text.
     *
     * @param anchor {@code start}, {@code middle} or {@code end} of the text, which is at {@code x}
     */
    public void text(double x, double y, String anchor, String colour, String text) {
        String escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        add(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.0f\" text-anchor=\"%s\" fill=\"%s\">%s</text>",
                x,
                y,
                anchor,
                colour,
                escaped));
    }

    public void line(double fromX, double fromY, double toX, double toY, String colour) {
        add(String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>",
                fromX,
                fromY,
                toX,
                toY,
                colour));
    }

    /** The whole image. */
    @Override
    public String toString() {
        return svg + "</svg>\n";
    }
}
