// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import java.time.Duration;
import java.util.Set;
import weir.ebpf.Engine;

/**
 * How a program is attached. Immutable; every {@code with} gives a changed copy.
 *
 * @param program name in the object; empty: the only one there is for ports
 * @param tailCalled names of more programs of the object, for program arrays that are filled when it is loaded,
 *     {@link AttachedProgram#setProgram}; those that the object itself puts into its arrays need not be named
 * @param engine what runs it; only verified programs are run
 * @param keepMaps whether maps of the program before, where name and definition are equal, go on with what they hold
 * @param onFault what becomes of frames on which it has a fault
 * @param rollback when the program before comes back
 * @param offloads how it is shown frames of up to 64 KiB and unfinished checksums
 * @param warmUp longest time, for each program, that is spent on letting the JVM compile it before it sees a frame
 */
public record ProgramOptions(
        String program,
        Set<String> tailCalled,
        Engine engine,
        boolean keepMaps,
        OnFault onFault,
        Rollback rollback,
        OffloadView offloads,
        Duration warmUp) {
    /** Checked compiled code, maps of its own, faults are drops, back to the program before if it fails. */
    public static final ProgramOptions DEFAULT = new ProgramOptions(
            "",
            Set.of(),
            Engine.jit(),
            false,
            OnFault.DROP,
            Rollback.DEFAULT,
            OffloadView.BY_WHAT_IT_DOES,
            Duration.ofSeconds(2));

    public ProgramOptions {
        tailCalled = Set.copyOf(tailCalled);
    }

    public ProgramOptions withProgram(String name) {
        return new ProgramOptions(name, tailCalled, engine, keepMaps, onFault, rollback, offloads, warmUp);
    }

    public ProgramOptions withTailCalled(Set<String> names) {
        return new ProgramOptions(program, names, engine, keepMaps, onFault, rollback, offloads, warmUp);
    }

    public ProgramOptions withEngine(Engine other) {
        return new ProgramOptions(program, tailCalled, other, keepMaps, onFault, rollback, offloads, warmUp);
    }

    public ProgramOptions withKeepMaps(boolean keep) {
        return new ProgramOptions(program, tailCalled, engine, keep, onFault, rollback, offloads, warmUp);
    }

    public ProgramOptions withOnFault(OnFault policy) {
        return new ProgramOptions(program, tailCalled, engine, keepMaps, policy, rollback, offloads, warmUp);
    }

    public ProgramOptions withRollback(Rollback when) {
        return new ProgramOptions(program, tailCalled, engine, keepMaps, onFault, when, offloads, warmUp);
    }

    public ProgramOptions withOffloads(OffloadView view) {
        return new ProgramOptions(program, tailCalled, engine, keepMaps, onFault, rollback, view, warmUp);
    }

    public ProgramOptions withWarmUp(Duration limit) {
        return new ProgramOptions(program, tailCalled, engine, keepMaps, onFault, rollback, offloads, limit);
    }
}
