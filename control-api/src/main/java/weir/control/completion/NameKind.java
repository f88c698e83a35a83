// SPDX-License-Identifier: Apache-2.0

package weir.control.completion;

import java.util.Locale;

/** Names that only somebody who runs knows: the daemon, or Docker. */
public enum NameKind {
    /** Name of a switch. */
    SWITCH,
    /** Name of a port of the switch that an earlier argument names. */
    PORT,
    /** A port with its switch, {@code SWITCH:PORT}. */
    SWITCH_PORT,
    /** A switch or, as {@code SWITCH:PORT}, a port of one. */
    SWITCH_OR_PORT,
    /** Name of a container of Docker that runs. */
    CONTAINER;

    /** As the scripts write it: {@code switch-port}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
