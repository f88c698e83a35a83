// SPDX-License-Identifier: Apache-2.0
package weir.core;

import weir.core.port.PortState;
import weir.core.program.ProgramEvent;
import weir.core.rate.FloodClass;

/** Something that happened to a switch. */
public sealed interface SwitchEvent {
    /** A port went up, down or away. */
    record PortStateChanged(String port, PortState state, String cause) implements SwitchEvent {}

    /** A port came. */
    record PortAttached(String port, int number, String spec) implements SwitchEvent {}

    /** A port went. */
    record PortDetached(String port) implements SwitchEvent {}

    /**
     * A port's link is emulated otherwise than before.
     *
     * @param settings in text form; empty when it is emulated no longer
     * @param cause who or what changed it
     */
    record LinkChanged(String port, String settings, String cause) implements SwitchEvent {}

    /**
     * A MAC address moved between ports more often than allowed; it stays at a port for some seconds.
     *
     * @param mac in text form
     * @param heldAt name of the port
     */
    record MacFlap(int vlan, String mac, String heldAt) implements SwitchEvent {}

    /**
     * A port began to bring in more frames that flood than it may; told again only after it kept to its limit for 5 s.
     *
     * @param limitFramesPerSecond what it may bring in
     */
    record StormStarted(String port, FloodClass kind, int limitFramesPerSecond) implements SwitchEvent {}

    /**
     * A port was blocked, since frames that leave by it or by the other one come back.
     *
     * @param other the port at the other end of the loop; the same one for a port that is looped onto itself
     */
    record LoopFound(String port, String other) implements SwitchEvent {}

    /** A blocked port carries frames again: no probe came back for 5 s. */
    record LoopReleased(String port) implements SwitchEvent {}

    /** A program was loaded, replaced, unloaded or rolled back. */
    record ProgramChanged(ProgramEvent event) implements SwitchEvent {}

    /** A bug surfaced in a worker; the frames of one batch are affected. */
    record WorkerFault(int worker, String cause) implements SwitchEvent {}
}
