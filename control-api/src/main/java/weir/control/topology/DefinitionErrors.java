// SPDX-License-Identifier: Apache-2.0

package weir.control.topology;

import java.util.List;
import java.util.stream.Collectors;

/** A definition is wrong; nothing of it was used. */
public final class DefinitionErrors extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<Place> places;

    /**
     * What is wrong at one place.
     *
     * @param pointer JSON pointer (RFC 6901), empty for the whole
     * @param cause one line, lower case, no full stop
     * @param hint what to write instead; may be empty
     */
    public record Place(String pointer, String cause, String hint) {
        private static final int LONGEST_CAUSE = 300;

        /** Shortens a cause that quotes a long text. */
        public Place {
            cause = cause.length() <= LONGEST_CAUSE ? cause : cause.substring(0, LONGEST_CAUSE) + "...";
        }
    }

    /** @param places at least one, in the order of the text */
    public DefinitionErrors(List<Place> places) {
        super(places.stream()
                .map(place -> place.pointer() + ": " + place.cause())
                .collect(Collectors.joining("; ")));
        this.places = List.copyOf(places);
    }

    public List<Place> places() {
        return places;
    }
}
