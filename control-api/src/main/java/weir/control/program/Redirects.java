// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import org.jspecify.annotations.Nullable;
import weir.ebpf.map.RedirectMap;

/** Targets of redirects in words. */
public final class Redirects {

    private Redirects() {}

    /** What follows the word redirect: {@code " to port 3"}, {@code " to tx_ports[3]"}. */
    public static String text(@Nullable String map, long target, long flags) {
        if (map == null) {
            return " to port " + target;
        }
        if ((flags & RedirectMap.BROADCAST) != 0) {
            return " to all of " + Printable.of(map)
                    + ((flags & RedirectMap.EXCLUDE_INGRESS) != 0 ? " but the ingress port" : "");
        }
        return " to " + Printable.of(map) + "[" + target + "]";
    }
}
