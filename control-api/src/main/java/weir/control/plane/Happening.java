// SPDX-License-Identifier: Apache-2.0

package weir.control.plane;

import weir.control.topology.Action;
import weir.core.SwitchEvent;

/** What an event of the daemon tells. */
public sealed interface Happening {
    /** A switch noticed something. */
    record OfSwitch(SwitchEvent event) implements Happening {}

    /** What is wanted of a switch is another thing than before; this step of the change was taken, and the others, too. */
    record Configured(Action action) implements Happening {}
}
