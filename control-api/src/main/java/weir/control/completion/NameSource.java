// SPDX-License-Identifier: Apache-2.0

package weir.control.completion;

import java.util.List;

/** Knows names for {@link DynamicCandidates}. Somebody waits with a finger on the tab key: be quick, or give nothing. */
@FunctionalInterface
public interface NameSource {
    /** Knows nothing: there is no daemon to ask. */
    NameSource NONE = (kind, words) -> List.of();

    /** Whether a shell can take a name as it is. */
    static boolean isPlain(String name) {
        return name.matches("[A-Za-z0-9_.:-]{1,64}");
    }

    /**
     * All names of a kind; the shell leaves out what does not fit what was typed.
     *
     * @param words the command line so far, without {@code weir} and without the word that is being typed
     * @return empty when nobody can tell; never fails
     */
    List<String> names(NameKind kind, List<String> words);
}
