// SPDX-License-Identifier: Apache-2.0

package weir.control.completion;

import java.util.List;

/** What an option or a parameter takes, as far as a shell can propose it. */
public sealed interface Value {
    /** An option without a value. */
    record None() implements Value {}

    /** Nothing that could be proposed. */
    record Any() implements Value {}

    /** A file. */
    record File() implements Value {}

    /** One of these words. */
    record Choice(List<String> words) implements Value {}

    /** Something that begins with one of these. */
    record Prefix(List<String> beginnings) implements Value {}

    /** What {@code weir __complete} says. */
    record Names(NameKind kind) implements Value {}

    /** As the shell scripts of {@link BashScript} and {@link ZshScript} call it, {@code choice:table json yaml}. */
    default String label() {
        return switch (this) {
            case None() -> "none";
            case Any() -> "any";
            case File() -> "file";
            case Choice(List<String> words) -> "choice:" + String.join(" ", words);
            case Prefix(List<String> beginnings) -> "prefix:" + String.join(" ", beginnings);
            case Names(NameKind kind) -> "names:" + kind.label();
        };
    }
}
