// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import weir.control.program.Printable;
import weir.core.SwitchEvent;

/** What happens in a switch, one line for people each. */
final class EventLines {
    private EventLines() {}

    static String of(SwitchEvent event) {
        return switch (event) {
            case SwitchEvent.PortStateChanged it -> "port " + it.port() + " " + it.state() + ": " + it.cause();
            case SwitchEvent.MacFlap it ->
                "mac_flap " + it.mac() + (it.vlan() == 0 ? "" : " in VLAN " + it.vlan()) + ": stays at " + it.heldAt();
            case SwitchEvent.ProgramChanged it -> Printable.of(it.event().text());
            case SwitchEvent.WorkerFault it -> "worker " + it.worker() + " fault: " + it.cause();
        };
    }
}
