// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

import org.jspecify.annotations.Nullable;

/** A place in the text of a program, and the small pieces that are read there. */
final class AssemblyText {
    /** A number as written; the magnitude is unsigned. */
    record Numeral(boolean negative, long magnitude, boolean isHexadecimal) {
        /** Whether the value lies in {@code [Integer.MIN_VALUE, Integer.MAX_VALUE]}. */
        boolean fitsInt() {
            return Long.compareUnsigned(magnitude, negative ? 1L << (Integer.SIZE - 1) : Integer.MAX_VALUE) <= 0;
        }

        /** Whether the value is at most {@code 0xffffffff} and not negative. */
        boolean fitsUnsignedInt() {
            return !negative && magnitude >>> Integer.SIZE == 0;
        }

        /** Whether the value fits 64 bits, signed or unsigned. */
        boolean fitsLong() {
            return !negative || Long.compareUnsigned(magnitude, Long.MIN_VALUE) <= 0;
        }

        long value() {
            return negative ? -magnitude : magnitude;
        }
    }

    private static final int HEXADECIMAL = 16;
    private static final int DECIMAL = 10;
    private static final String COMMENT = ";#";

    private final String text;
    private int at;
    private int line = 1;
    private int lineStart;

    AssemblyText(String text) {
        this.text = text;
    }

    int line() {
        return line;
    }

    int column() {
        return at - lineStart + 1;
    }

    boolean atEnd() {
        return at >= text.length();
    }

    /** The next character; 0 at the end of the text. */
    char peek() {
        return peek(0);
    }

    private char peek(int ahead) {
        return at + ahead < text.length() ? text.charAt(at + ahead) : 0;
    }

    /** Passes one character. */
    void skip() {
        at++;
    }

    /** Passes blanks and a comment, not the end of the line. */
    void skipBlanks() {
        while (peek() == ' ' || peek() == '\t' || peek() == '\r') {
            at++;
        }
        boolean comment = COMMENT.indexOf(peek()) >= 0 || text.startsWith("//", at);
        if (comment) {
            while (!atEnd() && peek() != '\n') {
                at++;
            }
        }
    }

    /** Whether the next thing is the end of the line, blanks passed. */
    boolean atLineEnd() {
        skipBlanks();
        return atEnd() || peek() == '\n';
    }

    void endLine() {
        if (!atLineEnd()) {
            throw expected("the end of the line");
        }
        if (!atEnd()) {
            at++;
            line++;
            lineStart = at;
        }
    }

    /** Takes a symbol if it is next, blanks passed. */
    boolean take(String symbol) {
        skipBlanks();
        return takeHere(symbol);
    }

    /** Takes a symbol if it is next without a blank. */
    boolean takeHere(String symbol) {
        boolean there = text.startsWith(symbol, at);
        if (there) {
            at += symbol.length();
        }
        return there;
    }

    void require(String symbol) {
        if (!take(symbol)) {
            throw expected("'" + symbol + "'");
        }
    }

    /** Takes a whole word if it is next, blanks passed. */
    boolean takeWord(String word) {
        String next = peekWord();
        boolean there = word.equals(next);
        if (there) {
            at += word.length();
        }
        return there;
    }

    /** The word that is next, blanks passed, without taking it; null if none is. */
    @Nullable
    String peekWord() {
        skipBlanks();
        return TextSyntax.beginsWord(peek()) ? text.substring(at, wordEnd()) : null;
    }

    /** Takes a word; the message names what it should have been. */
    String word(String expectation) {
        String word = peekWord();
        if (word == null) {
            throw expected(expectation);
        }
        at += word.length();
        return word;
    }

    /** Whether digits and then a colon follow: the number of a slot, as listings have it. */
    boolean atSlotNumber() {
        skipBlanks();
        int ahead = 0;
        while (isDigit(peek(ahead))) {
            ahead++;
        }
        return ahead > 0 && peek(ahead) == ':';
    }

    boolean atNumber() {
        skipBlanks();
        return isDigit(peek()) || (isSign(peek()) && isDigit(peek(1)));
    }

    /** Whether a plus or minus is next, blanks passed. */
    boolean atSign() {
        skipBlanks();
        return isSign(peek());
    }

    /** Takes a number: decimal, or hexadecimal with {@code 0x}, with or without a sign just before it. */
    Numeral number(String expectation) {
        skipBlanks();
        if (!atNumber()) {
            throw expected(expectation);
        }
        AssemblyText start = here();
        boolean negative = peek() == '-';
        if (!isDigit(peek())) {
            at++;
        }
        boolean hexadecimal = peek() == '0' && (peek(1) | ' ') == 'x';
        if (hexadecimal) {
            at += 2;
        }
        int digits = at;
        at = wordEnd();
        try {
            int radix = hexadecimal ? HEXADECIMAL : DECIMAL;
            return new Numeral(negative, Long.parseUnsignedLong(text, digits, at, radix), hexadecimal);
        } catch (NumberFormatException e) {
            throw start.expected("a number of at most 64 bits");
        }
    }

    /** This place, blanks passed, for messages that come up further on. */
    AssemblyText here() {
        skipBlanks();
        AssemblyText same = new AssemblyText(text);
        same.at = at;
        same.line = line;
        same.lineStart = lineStart;
        return same;
    }

    AssemblyException expected(String expectation) {
        skipBlanks();
        return problem("expected " + expectation + ", found " + found());
    }

    AssemblyException problem(String problem) {
        return new AssemblyException(line, column(), problem);
    }

    private String found() {
        if (atLineEnd()) {
            return atEnd() ? "the end" : "the end of the line";
        }
        int sign = isSign(peek()) ? 1 : 0;
        boolean word = TextSyntax.continuesWord(peek(sign));
        int end = word ? wordEnd(at + sign) : at + Character.charCount(text.codePointAt(at));
        return "'" + text.substring(at, end) + "'";
    }

    private int wordEnd() {
        return wordEnd(at);
    }

    private int wordEnd(int from) {
        int end = from;
        while (end < text.length() && TextSyntax.continuesWord(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isSign(char c) {
        return c == '+' || c == '-';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
