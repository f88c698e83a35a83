// SPDX-License-Identifier: Apache-2.0
package weir.ports.xdp;

import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import weir.core.port.PortException;
import weir.ports.InterfaceName;
import weir.ports.NamespacePath;
import weir.ports.PortSpec;
import weir.ports.linux.BpfLink.XdpMode;

/**
 * What {@code xdp:IFNAME[?queue=N|queues=N&mode=native|skb&netns=PATH]} says. Making one touches nothing on
 * the machine.
 *
 * @param name of an interface that exists, see {@link InterfaceName}
 * @param netns absolute path of the network namespace that it is in, or null for ours
 * @param firstQueue receive queue of the interface that the port's queue 0 serves
 * @param queues 1 to 64, counted from the first one
 * @param mode where the kernel's program runs, or null for native where the driver can, else skb
 */
public record XdpSpec(
        String name,
        @Nullable String netns,
        int firstQueue,
        int queues,
        @Nullable XdpMode mode) {
    /** Kind in front of the colon. */
    public static final String KIND = "xdp";

    static final int MAX_QUEUES = 64;

    private static final int MAX_QUEUE_NUMBER = 4095;
    private static final SortedSet<String> OPTIONS =
            Collections.unmodifiableSortedSet(new TreeSet<>(List.of("queue", "queues", "mode", "netns")));

    /** Reads a spec; every mistake is named. */
    public static XdpSpec parse(String text) throws PortException {
        PortSpec spec = PortSpec.parse(text);
        if (!spec.kind().equals(KIND)) {
            throw new PortException(
                    "port spec " + PortSpec.quote(text) + " is not of kind xdp", "write xdp:IFNAME, such as xdp:veth0");
        }
        return of(spec);
    }

    static XdpSpec of(PortSpec spec) throws PortException {
        String name = InterfaceName.require(spec.target());
        spec.requireKnownOptions(OPTIONS);
        if (spec.options().containsKey("queue") && spec.options().containsKey("queues")) {
            throw new PortException(
                    "queue and queues stand both in " + PortSpec.quote(spec.text()),
                    "write queue=N for one queue, or queues=N for the first N");
        }
        return new XdpSpec(
                name,
                NamespacePath.of(spec),
                spec.number("queue", 0, MAX_QUEUE_NUMBER, 0),
                spec.number("queues", 1, MAX_QUEUES, 1),
                mode(spec));
    }

    private static @Nullable XdpMode mode(PortSpec spec) throws PortException {
        String mode = spec.options().get("mode");
        if (mode == null) {
            return null;
        }
        return switch (mode) {
            case "native" -> XdpMode.NATIVE;
            case "skb" -> XdpMode.SKB;
            default ->
                throw new PortException(
                        "mode " + PortSpec.quote(mode) + " in " + PortSpec.quote(spec.text())
                                + " is neither native nor skb",
                        "write mode=native or mode=skb, or leave it out");
        };
    }

    /** Equal for two specs of the same interface. */
    String identity() {
        return name + "@" + NamespacePath.canonical(netns);
    }

    /** The spec as text; options that have their default are left out. */
    @Override
    public String toString() {
        return PortSpec.writer(KIND, name)
                .option("queue", firstQueue == 0 ? null : firstQueue)
                .option("queues", queues == 1 ? null : queues)
                .option("mode", mode == null ? null : mode == XdpMode.NATIVE ? "native" : "skb")
                .option("netns", netns)
                .toString();
    }
}
