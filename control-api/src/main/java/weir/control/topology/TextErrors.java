// SPDX-License-Identifier: Apache-2.0

package weir.control.topology;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import weir.control.program.Printable;
import weir.control.topology.SourceText.Position;

/** A text is no definition; nothing of it was used. */
public final class TextErrors extends Exception {
    private static final long serialVersionUID = 1L;

    private static final Comparator<Fault> IN_ORDER = Comparator.<Fault>comparingInt(
                    fault -> fault.position().line())
            .thenComparingInt(fault -> fault.position().column());

    private final transient List<Fault> faults;

    /**
     * What is wrong at one place.
     *
     * @param pointer JSON pointer (RFC 6901), empty where the text cannot be read that far
     * @param cause one line, lower case, no full stop
     * @param hint what to write instead; may be empty
     */
    public record Fault(Position position, String pointer, String cause, String hint) {
        public Fault {
            cause = Printable.of(cause);
            hint = Printable.of(hint);
        }

        /** {@code sw.yaml:3:5: unknown field 'prots'}. */
        public String in(String file) {
            return file + ":" + position.line() + ":" + position.column() + ": " + cause;
        }
    }

    TextErrors(Position position, String cause, String hint) {
        this(List.of(new Fault(position, "", cause, hint)));
    }

    /** @param faults at least one */
    TextErrors(List<Fault> faults) {
        super(faults.stream().map(fault -> fault.in("")).collect(Collectors.joining("; ")));
        this.faults = faults.stream().sorted(IN_ORDER).toList();
    }

    /** What is wrong, in the order of the text. */
    public List<Fault> faults() {
        return faults;
    }
}
