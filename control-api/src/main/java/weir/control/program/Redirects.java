// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import org.jspecify.annotations.Nullable;

/** Targets of redirects in words. */
public final class Redirects {
    /** {@code BPF_F_BROADCAST}, {@code uapi/linux/bpf.h}. */
    private static final long BROADCAST = 1 << 3;

    /** {@code BPF_F_EXCLUDE_INGRESS}. */
    private static final long EXCLUDE_INGRESS = 1 << 4;

    private Redirects() {}

    /** What follows the word redirect: {@code " to port 3"}, {@code " to tx_ports[3]"}. */
    public static String text(@Nullable String map, long target, long flags) {
        if (map == null) {
            return " to port " + target;
        }
        if ((flags & BROADCAST) != 0) {
            return " to all of " + Printable.of(map) + ((flags & EXCLUDE_INGRESS) != 0 ? " but the ingress port" : "");
        }
        return " to " + Printable.of(map) + "[" + target + "]";
    }
}
