// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import weir.control.text.Spelling;

/** Tests of a methodology as they are asked for by name. */
final class TestNames {
    private static final String ALL = "all";

    private TestNames() {}

    /**
     * Reads names; the result is in the order in which tests are made.
     *
     * @param absent what is made when none is named
     */
    static <T> List<T> read(
            CommandLine command, List<String> names, T[] values, Function<T, String> label, List<T> absent) {
        if (names.isEmpty()) {
            return absent;
        }
        List<String> known = Arrays.stream(values).map(label).toList();
        List<String> asked = new ArrayList<>();
        for (String name : names) {
            String each = name.toLowerCase(Locale.ROOT).replace('-', '_');
            if (!each.equals(ALL) && !known.contains(each)) {
                throw new ParameterException(
                        command,
                        "--tests '" + name + "' is no test; " + Spelling.didYouMean(each, known) + "there are "
                                + String.join(", ", known) + " and " + ALL);
            }
            asked.add(each);
        }
        return Arrays.stream(values)
                .filter(value -> asked.contains(ALL) || asked.contains(label.apply(value)))
                .toList();
    }
}
