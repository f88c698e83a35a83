// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

/** Where a program is attached. Frames meet the program of their port first, then that of the switch. */
public sealed interface ProgramPlace {
    /** For the frames of all ports. */
    record OnSwitch() implements ProgramPlace {
        @Override
        public String toString() {
            return "the switch";
        }
    }

    /** For the frames that come in by one port. */
    record OnPort(String name) implements ProgramPlace {
        @Override
        public String toString() {
            return "port " + name;
        }
    }

    static ProgramPlace onSwitch() {
        return new OnSwitch();
    }

    /**
     * The place of a port's program.
     *
     * @param name of an attached port
     */
    static ProgramPlace onPort(String name) {
        return new OnPort(name);
    }
}
