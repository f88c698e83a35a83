// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import java.time.Duration;
import weir.ebpf.Engine;

/**
 * How a program is attached. Immutable; every {@code with} gives a changed copy.
 *
 * @param program name in the object; empty: the only one there is for ports
 * @param engine what runs it; only verified programs are run
 * @param keepMaps whether maps of the program before, where name and definition are equal, go on with what they hold
 * @param onFault what becomes of frames on which it has a fault
 * @param rollback when the program before comes back
 * @param offloads how it is shown frames of up to 64 KiB and unfinished checksums
 * @param warmUp longest time, for each program, that is spent on letting the JVM compile it before it sees a frame
 */
public record ProgramOptions(
        String program,
        Engine engine,
        boolean keepMaps,
        OnFault onFault,
        Rollback rollback,
        OffloadView offloads,
        Duration warmUp) {
    /** Checked compiled code, maps of its own, faults are drops, back to the program before if it fails. */
    public static final ProgramOptions DEFAULT = new ProgramOptions(
            "",
            Engine.jit(),
            false,
            OnFault.DROP,
            Rollback.DEFAULT,
            OffloadView.BY_WHAT_IT_DOES,
            Duration.ofSeconds(2));

    public ProgramOptions withProgram(String name) {
        return new ProgramOptions(name, engine, keepMaps, onFault, rollback, offloads, warmUp);
    }

    public ProgramOptions withEngine(Engine other) {
        return new ProgramOptions(program, other, keepMaps, onFault, rollback, offloads, warmUp);
    }

    public ProgramOptions withKeepMaps(boolean keep) {
        return new ProgramOptions(program, engine, keep, onFault, rollback, offloads, warmUp);
    }

    public ProgramOptions withOnFault(OnFault policy) {
        return new ProgramOptions(program, engine, keepMaps, policy, rollback, offloads, warmUp);
    }

    public ProgramOptions withRollback(Rollback when) {
        return new ProgramOptions(program, engine, keepMaps, onFault, when, offloads, warmUp);
    }

    public ProgramOptions withOffloads(OffloadView view) {
        return new ProgramOptions(program, engine, keepMaps, onFault, rollback, view, warmUp);
    }

    public ProgramOptions withWarmUp(Duration limit) {
        return new ProgramOptions(program, engine, keepMaps, onFault, rollback, offloads, limit);
    }
}
