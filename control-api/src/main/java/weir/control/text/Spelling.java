// SPDX-License-Identifier: Apache-2.0

package weir.control.text;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Finds what was meant by a word that is not known. Picocli's own suggestions miss swapped letters in short words. */
public final class Spelling {
    private static final int MOST_SUGGESTIONS = 3;

    private Spelling() {}

    /** Known words that few edits lead to, in proportion to the length of the word; nearest first. */
    public static List<String> near(String word, Collection<String> known) {
        int allowed = 1 + word.length() / 4;
        return known.stream()
                .filter(candidate -> distance(word, candidate) <= Math.min(allowed, candidate.length() - 1))
                .sorted(Comparator.<String>comparingInt(candidate -> distance(word, candidate))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(MOST_SUGGESTIONS)
                .toList();
    }

    /** {@code did you mean 'a' or 'b'? } and a blank, for the start of a hint; empty where no known word is near. */
    public static String didYouMean(String word, Collection<String> known) {
        List<String> near = near(word, known);
        return near.isEmpty()
                ? ""
                : near.stream()
                        .map(each -> "'" + each + "'")
                        .collect(Collectors.joining(" or ", "did you mean ", "? "));
    }

    /** Edits between two words, where swapping two neighbours counts once (optimal string alignment). */
    static int distance(String a, String b) {
        int[][] edits = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    edits[i][j] = i + j;
                    continue;
                }
                int replaced = edits[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                edits[i][j] = Math.min(replaced, 1 + Math.min(edits[i - 1][j], edits[i][j - 1]));
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    edits[i][j] = Math.min(edits[i][j], 1 + edits[i - 2][j - 2]);
                }
            }
        }
        return edits[a.length()][b.length()];
    }
}
