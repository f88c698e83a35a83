// SPDX-License-Identifier: Apache-2.0
package weir.control.machine;

import java.util.EnumSet;
import java.util.Set;

/** Linux capabilities that Weir can make use of: capabilities(7), numbers of {@code uapi/linux/capability.h}. */
public enum Capability {
    CAP_NET_ADMIN(12, "makes TAP interfaces and moves them"),
    CAP_NET_RAW(13, "opens packet and AF_XDP sockets"),
    CAP_IPC_LOCK(14, "locks the memory of AF_XDP ports beyond the limit"),
    CAP_SYS_ADMIN(21, "enters and makes network namespaces"),
    CAP_BPF(39, "loads the XDP programs of AF_XDP ports");

    private final int bit;
    private final String use;

    Capability(int bit, String use) {
        this.bit = bit;
        this.use = use;
    }

    /** What it is good for here. */
    public String use() {
        return use;
    }

    /** What this process has in effect; nothing on other systems than Linux. */
    public static Set<Capability> effective() {
        long mask = ProcFile.valueOf("/proc/self/status", "CapEff")
                .map(hex -> Long.parseUnsignedLong(hex, 16))
                .orElse(0L);
        Set<Capability> effective = EnumSet.noneOf(Capability.class);
        for (Capability each : values()) {
            if ((mask >>> each.bit & 1) != 0) {
                effective.add(each);
            }
        }
        return effective;
    }
}
