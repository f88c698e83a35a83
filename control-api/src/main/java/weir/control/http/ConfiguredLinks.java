// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import weir.control.plane.ControlPlane;
import weir.control.topology.PortDefinition;
import weir.control.topology.SwitchDefinition;
import weir.core.LinkInfo;
import weir.core.Switch;
import weir.core.SwitchEvent;

/** Puts the settings of a port's definition in force again when others that were for a time only are over. */
final class ConfiguredLinks {
    private final ControlPlane plane;
    private final Set<Switch> watched = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    ConfiguredLinks(ControlPlane plane) {
        this.plane = plane;
    }

    /** From now on, on this switch. */
    void restoreOn(String switchName, Switch sw) {
        if (watched.add(sw)) {
            sw.listen(event -> {
                if (event instanceof SwitchEvent.LinkChanged link
                        && link.settings().isEmpty()) {
                    // A thread of its own: the switch's must not wait for its workers.
                    Thread.ofVirtual().start(() -> restore(switchName, sw, link.port()));
                }
            });
        }
    }

    private void restore(String switchName, Switch sw, String port) {
        SwitchDefinition definition = plane.topology().find(switchName);
        PortDefinition known = definition == null ? null : definition.ports().get(port);
        boolean isPlain = sw.links().show(port).flatMap(LinkInfo::settings).isEmpty();
        if (isPlain
                && known != null
                && known.link() != null
                && sw.equals(plane.switches().get(switchName))) {
            sw.links().set(port, known.link());
        }
    }
}
