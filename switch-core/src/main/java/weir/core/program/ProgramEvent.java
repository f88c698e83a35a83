// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

/** Something that happened to the program of a place. */
public sealed interface ProgramEvent {
    ProgramPlace place();

    /** Name of the program that runs there now, or did. */
    String program();

    /** One line for people. */
    default String text() {
        return switch (this) {
            case Loaded it -> "program " + it.program + " loaded on " + it.place;
            case Replaced it -> "program " + it.program + " replaced " + it.before + " on " + it.place;
            case Unloaded it -> "program " + it.program + " unloaded from " + it.place;
            case RolledBack it ->
                "program " + it.failed + " on " + it.place + " had faults on " + it.faults + " of " + it.frames
                        + " frames; " + it.program + " runs again" + (it.cause.isEmpty() ? "" : ": " + it.cause);
        };
    }

    /** There was none before. */
    record Loaded(ProgramPlace place, String program) implements ProgramEvent {}

    /**
     * Another program took the place.
     *
     * @param before name of the program that ran there
     */
    record Replaced(ProgramPlace place, String program, String before) implements ProgramEvent {}

    record Unloaded(ProgramPlace place, String program) implements ProgramEvent {}

    /**
     * A new program had too many faults; the one before runs again.
     *
     * @param failed name of the new program
     * @param faults frames on which it had a fault, of {@code frames}
     * @param cause the last fault in words; empty where it is not known
     */
    record RolledBack(ProgramPlace place, String program, String failed, long faults, long frames, String cause)
            implements ProgramEvent {}
}
