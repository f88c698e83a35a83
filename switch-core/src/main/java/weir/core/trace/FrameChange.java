// SPDX-License-Identifier: Apache-2.0
package weir.core.trace;

/**
 * What a program did to a frame.
 *
 * @param frontBytes by which the frame's start moved: added in front, or negative for taken away
 * @param backBytes the same at its end
 * @param changedBytes others than before, of those that were in the frame before and after; looked for in the first {@link
 *     #LOOKED_AT}
 * @param firstChanged offset of the first of them in the frame as the program left it; -1 without
 */
public record FrameChange(int frontBytes, int backBytes, int changedBytes, int firstChanged) {
    /** Bytes of a frame that are compared. */
    public static final int LOOKED_AT = 2_048;

    /** The frame is as it was. */
    public static final FrameChange NONE = new FrameChange(0, 0, 0, -1);

    /** In words; empty for {@link #NONE}. */
    public String text() {
        StringBuilder text = new StringBuilder();
        moved(text, frontBytes, "in front");
        moved(text, backBytes, "at the end");
        if (changedBytes > 0) {
            separate(text)
                    .append(changedBytes)
                    .append(" bytes changed from byte ")
                    .append(firstChanged)
                    .append(" on");
        }
        return text.toString();
    }

    private static void moved(StringBuilder text, int bytes, String where) {
        if (bytes != 0) {
            separate(text)
                    .append(Math.abs(bytes))
                    .append(bytes > 0 ? " bytes added " : " bytes removed ")
                    .append(where);
        }
    }

    private static StringBuilder separate(StringBuilder text) {
        return text.isEmpty() ? text : text.append(", ");
    }
}
