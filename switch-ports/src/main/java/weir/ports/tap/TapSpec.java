// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import weir.core.port.PortException;
import weir.ports.InterfaceName;
import weir.ports.NamespacePath;
import weir.ports.PortSpec;
import weir.ports.linux.TunDevice;

/**
 * What {@code tap:NAME[?netns=PATH&inode=N&queues=N&mtu=N&vnet=off&engine=auto&persist=on&sandbox=PATH]} says. Making one touches nothing on the machine.
 *
 * @param name the interface's name, see {@link InterfaceName}
 * @param netns absolute path of the network namespace to create the interface in, or null for ours
 * @param inode with {@code netns}: inode of the namespace, for paths that may lead to another one later, such as those of a
 *     process; or 0
 * @param queues 1 to 256; more than 1 makes a multi-queue interface
 * @param mtuBytes MTU to set, 68 to 65,521, or 0 to leave it (a new TAP has 1,500)
 * @param vnet whether the kernel and the switch leave checksums and segments to each other
 * @param engine how frames get from and to the descriptor
 * @param persist whether the interface stays when the port is closed or the process ends, so that the next port of the
 *     same spec takes it up again
 * @param sandbox with {@code persist}: absolute path of a network namespace that somebody else moves the interface to,
 *     where it is looked for before one is made in ours; or null
 */
public record TapSpec(
        String name,
        @Nullable String netns,
        long inode,
        int queues,
        int mtuBytes,
        boolean vnet,
        TapEngine engine,
        boolean persist,
        @Nullable String sandbox) {
    /** Kind in front of the colon. */
    public static final String KIND = "tap";

    /** {@code ETH_MIN_MTU}, uapi/linux/if_ether.h. */
    static final int MIN_MTU_BYTES = 68;

    /** {@code MAX_MTU - hard_header_len}, drivers/net/tun.c. */
    static final int MAX_MTU_BYTES = 65_535 - 14;

    private static final String SANDBOX = "sandbox";
    private static final String INODE = "inode";

    /** What the alias of an interface that stays begins with; its name follows. */
    private static final String ALIAS_PREFIX = "weir ";

    private static final SortedSet<String> OPTIONS = Collections.unmodifiableSortedSet(
            new TreeSet<>(List.of(NamespacePath.OPTION, INODE, "queues", "mtu", "vnet", "engine", "persist", SANDBOX)));

    /** One that ends with its port. */
    public TapSpec(String name, @Nullable String netns, int queues, int mtuBytes, boolean vnet, TapEngine engine) {
        this(name, netns, 0, queues, mtuBytes, vnet, engine, false, null);
    }

    /** Reads a spec; every mistake is named. */
    public static TapSpec parse(String text) throws PortException {
        PortSpec spec = PortSpec.parse(text);
        if (!spec.kind().equals(KIND)) {
            throw new PortException(
                    "port spec " + PortSpec.quote(text) + " is not of kind tap", "write tap:NAME, such as tap:t1");
        }
        return of(spec);
    }

    static TapSpec of(PortSpec spec) throws PortException {
        String name = InterfaceName.require(spec.target());
        spec.requireKnownOptions(OPTIONS);
        boolean persist = spec.isOn("persist", false);
        String sandbox = NamespacePath.of(spec, SANDBOX);
        if (sandbox != null && (!persist || spec.options().containsKey(NamespacePath.OPTION))) {
            throw new PortException(
                    "sandbox in " + PortSpec.quote(spec.text()) + " goes with persist=on and without netns",
                    "write tap:NAME?persist=on&sandbox=PATH");
        }
        return new TapSpec(
                name,
                NamespacePath.of(spec),
                inode(spec),
                spec.number("queues", 1, TunDevice.MAX_QUEUES, 1),
                spec.number("mtu", MIN_MTU_BYTES, MAX_MTU_BYTES, 0),
                spec.isOn("vnet", true),
                engine(spec),
                persist,
                sandbox);
    }

    private static long inode(PortSpec spec) throws PortException {
        String value = spec.options().get(INODE);
        if (value == null) {
            return 0;
        }
        boolean hasNamespace = spec.options().containsKey(NamespacePath.OPTION);
        if (!hasNamespace || !value.matches("[1-9][0-9]{0,17}")) {
            throw new PortException(
                    "inode " + PortSpec.quote(value) + " in " + PortSpec.quote(spec.text())
                            + (hasNamespace ? " is no number" : " goes with netns"),
                    "write netns=/proc/PID/ns/net&inode=N with the number that 'readlink /proc/PID/ns/net' shows");
        }
        return Long.parseLong(value);
    }

    /** Alias of the interface when it stays: what it is known by wherever it is and whatever it is called. */
    public String alias() {
        return ALIAS_PREFIX + name;
    }

    /** Where an interface that stayed may be, besides our own namespace; null for nowhere else. */
    @Nullable
    String elsewhere() {
        return netns == null ? sandbox : netns;
    }

    private static TapEngine engine(PortSpec spec) throws PortException {
        String value = spec.options().getOrDefault("engine", TapEngine.AUTO.label());
        for (TapEngine each : TapEngine.values()) {
            if (each.label().equals(value)) {
                return each;
            }
        }
        throw new PortException(
                "engine " + PortSpec.quote(value) + " in " + PortSpec.quote(spec.text()) + " is not known",
                "write engine=auto, engine=read or engine=io_uring");
    }

    /** The spec as text; options that have their default are left out. */
    @Override
    public String toString() {
        return PortSpec.writer(KIND, name)
                .option(NamespacePath.OPTION, netns)
                .option(INODE, inode == 0 ? null : inode)
                .option("queues", queues == 1 ? null : queues)
                .option("mtu", mtuBytes == 0 ? null : mtuBytes)
                .option("vnet", vnet ? null : "off")
                .option("engine", engine == TapEngine.AUTO ? null : engine.label())
                .option("persist", persist ? "on" : null)
                .option(SANDBOX, sandbox)
                .toString();
    }
}
