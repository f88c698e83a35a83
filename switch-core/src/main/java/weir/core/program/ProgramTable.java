// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The programs of a switch at one moment: at most one for the frames of each port, and one for those of all ports,
 * which comes second. Immutable; replaced whole through one volatile field, which a worker reads once per batch.
 */
public final class ProgramTable {
    /** No program. */
    public static final ProgramTable EMPTY = new ProgramTable(new ForwardingProgram[0], null);

    private final @Nullable ForwardingProgram[] onPorts;
    private final @Nullable ForwardingProgram onSwitch;
    private final boolean anyOnPorts;
    private final boolean anyNeedsPlainFrames;

    private ProgramTable(@Nullable ForwardingProgram[] onPorts, @Nullable ForwardingProgram onSwitch) {
        this.onPorts = onPorts;
        this.onSwitch = onSwitch;
        boolean any = false;
        boolean anyPlain = needsPlainFrames(onSwitch);
        for (ForwardingProgram program : onPorts) {
            any |= program != null;
            anyPlain |= needsPlainFrames(program);
        }
        anyOnPorts = any;
        anyNeedsPlainFrames = anyPlain;
    }

    private static boolean needsPlainFrames(@Nullable ForwardingProgram program) {
        return program != null && !program.takesOffloads();
    }

    /** The same with another program, or none, for the frames of the port at an index. */
    public ProgramTable withPort(int portIndex, @Nullable ForwardingProgram program) {
        @Nullable ForwardingProgram[] changed = Arrays.copyOf(onPorts, Math.max(onPorts.length, portIndex + 1));
        changed[portIndex] = program;
        return new ProgramTable(changed, onSwitch);
    }

    /** The same with another program, or none, for the frames of all ports. */
    public ProgramTable withSwitch(@Nullable ForwardingProgram program) {
        return new ProgramTable(onPorts, program);
    }

    /** Whether there is no program at all. */
    public boolean isEmpty() {
        return onSwitch == null && !anyOnPorts;
    }

    /** Whether a port has a program of its own. */
    public boolean anyOnPorts() {
        return anyOnPorts;
    }

    /** Whether there is a program that {@linkplain ForwardingProgram#takesOffloads takes no offloads}. */
    public boolean anyNeedsPlainFrames() {
        return anyNeedsPlainFrames;
    }

    /** Whether frames of the port at an index meet such a program. */
    public boolean needsPlainFrames(int portIndex) {
        return needsPlainFrames(onSwitch) || needsPlainFrames(onPort(portIndex));
    }

    /** The program for the frames of one port. */
    public @Nullable ForwardingProgram onPort(int portIndex) {
        return portIndex < onPorts.length ? onPorts[portIndex] : null;
    }

    /** The program for the frames of all ports. */
    public @Nullable ForwardingProgram onSwitch() {
        return onSwitch;
    }
}
