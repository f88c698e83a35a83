// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

/** What somebody in front of {@code weir top} may want. */
enum TopKey {
    /** No key within the time. */
    NONE,
    /** One that means nothing. */
    OTHER,
    QUIT,
    UP,
    DOWN,
    PAGE_UP,
    PAGE_DOWN,
    FIRST,
    OPEN,
    BACK,
    ORDER,
    PAUSE,
    SLOWER,
    FASTER,
    REDRAW,
    HELP;

    private static final int CTRL_C = 3;
    private static final int CTRL_D = 4;
    private static final int BACKSPACE = 8;
    private static final int CTRL_L = 12;
    private static final int DELETE = 127;

    /** Of a character that a key sends alone. */
    static TopKey of(int character) {
        return switch (character) {
            case -1, CTRL_C, CTRL_D, 'q', 'Q' -> QUIT;
            case 'k' -> UP;
            case 'j' -> DOWN;
            case ' ' -> PAGE_DOWN;
            case 'b' -> PAGE_UP;
            case 'g' -> FIRST;
            case '\r', '\n' -> OPEN;
            case BACKSPACE, DELETE -> BACK;
            case 's' -> ORDER;
            case 'p' -> PAUSE;
            case '-' -> SLOWER;
            case '+' -> FASTER;
            case CTRL_L -> REDRAW;
            case 'h', '?' -> HELP;
            default -> OTHER;
        };
    }

    /** Of what came behind an escape character and a bracket (ECMA-48, CSI, or SS3): {@code A} for the key up. */
    static TopKey ofSequence(String sequence) {
        return switch (sequence) {
            case "A" -> UP;
            case "B" -> DOWN;
            case "C" -> OPEN;
            case "D" -> BACK;
            case "H", "1~" -> FIRST;
            case "5~" -> PAGE_UP;
            case "6~" -> PAGE_DOWN;
            default -> OTHER;
        };
    }
}
