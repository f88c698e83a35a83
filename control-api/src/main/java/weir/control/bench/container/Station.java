// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.container;

import java.util.List;
import java.util.Locale;
import weir.control.bench.process.Tools;
import weir.core.fdb.MacAddress;

/**
 * A container, or a network namespace that stands for one, by a process that lives in it.
 *
 * @param pid of the process
 * @param address IPv4, of its interface {@link #INTERFACE}
 */
record Station(long pid, String address) {
    static final String INTERFACE = "eth0";

    /** First two bytes of addresses that Docker makes, and the network driver. */
    private static final String MAC_PREFIX = "02:42";

    /** Path of the namespace. */
    String namespace() {
        return "/proc/" + pid + "/ns/net";
    }

    /** A command inside, on a CPU. */
    List<String> command(int cpu, List<String> command) {
        return Tools.inNetworkOf(pid, Tools.onCpu(cpu, command));
    }

    /** The interface's address, which follows from the IPv4 address. */
    String macText() {
        StringBuilder text = new StringBuilder(MAC_PREFIX);
        for (String each : address.split("\\.", -1)) {
            text.append(String.format(Locale.ROOT, ":%02x", Integer.parseInt(each)));
        }
        return text.toString();
    }

    /** The same as {@link MacAddress} holds it. */
    long mac() {
        return MacAddress.parse(macText());
    }
}
