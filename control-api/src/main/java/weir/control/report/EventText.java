// SPDX-License-Identifier: Apache-2.0

package weir.control.report;

import java.util.function.Consumer;
import weir.control.program.Printable;
import weir.core.SwitchEvent;

/** A switch's events as people read them: one line each. */
public final class EventText {
    private EventText() {}

    /** The line, unless a port came or went, which commands in the foreground tell of themselves. */
    public static void tell(SwitchEvent event, Consumer<String> out) {
        switch (event) {
            case SwitchEvent.PortAttached _, SwitchEvent.PortDetached _ -> {
                // Ports come before "ready" and go at the end.
            }
            default -> out.accept(lineOf(event));
        }
    }

    /** An event in one line. */
    public static String lineOf(SwitchEvent event) {
        return switch (event) {
            case SwitchEvent.PortAttached it -> "port " + it.port() + " attached: " + it.spec();
            case SwitchEvent.PortDetached it -> "port " + it.port() + " detached";
            case SwitchEvent.PortStateChanged it -> "port " + it.port() + " " + it.state() + ": " + it.cause();
            case SwitchEvent.LinkChanged it ->
                "link of " + it.port() + " " + (it.settings().isEmpty() ? "as it is again" : it.settings()) + ": "
                        + it.cause();
            case SwitchEvent.MacFlap it ->
                "mac_flap " + it.mac() + (it.vlan() == 0 ? "" : " in VLAN " + it.vlan()) + ": stays at " + it.heldAt();
            case SwitchEvent.StormStarted it ->
                "storm at " + it.port() + ": more than " + it.limitFramesPerSecond() + " "
                        + it.kind().label() + " frames/s, the rest is dropped";
            case SwitchEvent.LoopFound it -> "loop at " + it.port() + ": blocked, since " + loop(it);
            case SwitchEvent.LoopReleased it -> "loop at " + it.port() + " is gone: released";
            case SwitchEvent.ProgramChanged it -> Printable.of(it.event().text());
            case SwitchEvent.WorkerFault it -> "worker " + it.worker() + " fault: " + it.cause();
        };
    }

    private static String loop(SwitchEvent.LoopFound it) {
        return it.port().equals(it.other())
                ? "what it sends comes back to it"
                : "frames come back between it and " + it.other();
    }
}
