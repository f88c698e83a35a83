// SPDX-License-Identifier: Apache-2.0
package weir.control.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import weir.core.memory.MemoryPort;
import weir.core.memory.MemoryPortConfig;
import weir.core.port.Port;
import weir.core.port.PortException;
import weir.ports.InterfaceName;
import weir.ports.PortSpec;
import weir.ports.tap.TapPort;
import weir.ports.tap.TapSpec;

/** The kinds of port that a spec can name, and what to do with a spec of each. */
public final class PortSpecs {
    private static final List<String> LATER = List.of("packet", "xdp", "shm", "pcap", "vxlan");
    private static final String KNOWN = "port kinds are tap:NAME and memory:NAME";

    private PortSpecs() {}

    /** A spec that was read and can be opened; nothing on the machine was touched. */
    public sealed interface Parsed {
        /** What the port is called unless the user says otherwise. */
        String name();

        /** Equal for two specs that would open the same thing. */
        String identity();

        /** Opens it. */
        Port open() throws PortException;
    }

    private record Tap(TapSpec spec) implements Parsed {
        @Override
        public String name() {
            return spec.name();
        }

        @Override
        public String identity() {
            String netns = spec.netns();
            return spec.name() + "@" + (netns == null ? "" : canonical(netns));
        }

        private static String canonical(String path) {
            try {
                return Files.exists(Path.of(path)) ? Path.of(path).toRealPath().toString() : path;
            } catch (IOException e) {
                return path; // opening it will say why
            }
        }

        @Override
        public Port open() throws PortException {
            return TapPort.open(spec);
        }
    }

    private record Memory(String name, MemoryPortConfig config) implements Parsed {
        @Override
        public String identity() {
            return "memory:" + name;
        }

        @Override
        public Port open() {
            return new MemoryPort(name, config);
        }
    }

    /**
     * Reads a spec.
     *
     * @throws PortException when it names no kind that is known here, or does not fit its kind
     */
    public static Parsed parse(String text) throws PortException {
        PortSpec spec = PortSpec.parse(text);
        return switch (spec.kind()) {
            case TapSpec.KIND -> new Tap(TapSpec.parse(text));
            case "memory" -> memory(spec);
            default -> throw unknown(spec);
        };
    }

    private static Memory memory(PortSpec spec) throws PortException {
        spec.requireKnownOptions(new TreeSet<>(List.of("mtu")));
        MemoryPortConfig config = MemoryPortConfig.DEFAULT;
        return new Memory(
                InterfaceName.require(spec.target(), "port name"),
                config.withMtuBytes(spec.number("mtu", 68, 65_521, config.mtuBytes())));
    }

    private static PortException unknown(PortSpec spec) {
        String kind = PortSpec.quote(spec.kind());
        return LATER.contains(spec.kind())
                ? new PortException("port kind " + kind + " is not in this version", KNOWN)
                : new PortException(
                        "unknown port kind " + kind,
                        KNOWN + "; " + String.join(", ", LATER) + " are not in this version");
    }
}
