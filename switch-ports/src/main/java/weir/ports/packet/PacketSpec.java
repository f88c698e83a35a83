// SPDX-License-Identifier: Apache-2.0
package weir.ports.packet;

import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import weir.core.port.PortException;
import weir.ports.InterfaceName;
import weir.ports.NamespacePath;
import weir.ports.PortSpec;

/**
 * What {@code packet:IFNAME[?netns=PATH&queues=N&mtu=N&vnet=off&sandbox=PATH]} says. Making one touches nothing on the machine.
 *
 * @param name the interface's name, see {@link InterfaceName}
 * @param netns absolute path of the network namespace that the interface is in, or null for ours
 * @param queues 1 to 64; each has a socket and a ring of its own
 * @param mtuBytes MTU to set, 68 to 65,521, or 0 to leave it
 * @param vnet whether the kernel is left the checksums and segments that senders left to be done; the
 *     switch does them otherwise
 * @param sandbox absolute path of the network namespace that the other end of the interface, a veth, was made for; null
 *     for none
 */
public record PacketSpec(
        String name,
        @Nullable String netns,
        int queues,
        int mtuBytes,
        boolean vnet,
        @Nullable String sandbox) {
    /** Kind in front of the colon. */
    public static final String KIND = "packet";

    /** Most queues of a port; their rings are 4 MiB each. */
    static final int MAX_QUEUES = 64;

    /** {@code ETH_MIN_MTU}, uapi/linux/if_ether.h. */
    static final int MIN_MTU_BYTES = 68;

    /** {@code ETH_MAX_MTU - ETH_HLEN}: a frame of it fits into 64 KiB. */
    static final int MAX_MTU_BYTES = 65_535 - 14;

    private static final String SANDBOX = "sandbox";

    private static final SortedSet<String> OPTIONS = Collections.unmodifiableSortedSet(
            new TreeSet<>(List.of(NamespacePath.OPTION, "queues", "mtu", "vnet", SANDBOX)));

    /** Reads a spec; every mistake is named. */
    public static PacketSpec parse(String text) throws PortException {
        PortSpec spec = PortSpec.parse(text);
        if (!spec.kind().equals(KIND)) {
            throw new PortException(
                    "port spec " + PortSpec.quote(text) + " is not of kind packet",
                    "write packet:IFNAME, such as packet:veth0");
        }
        return of(spec);
    }

    static PacketSpec of(PortSpec spec) throws PortException {
        String name = InterfaceName.require(spec.target());
        spec.requireKnownOptions(OPTIONS);
        return new PacketSpec(
                name,
                NamespacePath.of(spec),
                spec.number("queues", 1, MAX_QUEUES, 1),
                spec.number("mtu", MIN_MTU_BYTES, MAX_MTU_BYTES, 0),
                spec.isOn("vnet", true),
                NamespacePath.of(spec, SANDBOX));
    }

    /** The spec as text; options that have their default are left out. */
    @Override
    public String toString() {
        return PortSpec.writer(KIND, name)
                .option(NamespacePath.OPTION, netns)
                .option("queues", queues == 1 ? null : queues)
                .option("mtu", mtuBytes == 0 ? null : mtuBytes)
                .option("vnet", vnet ? null : "off")
                .option(SANDBOX, sandbox)
                .toString();
    }
}
