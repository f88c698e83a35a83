// SPDX-License-Identifier: Apache-2.0
package weir.control.run;

import java.util.List;
import weir.core.port.PortException;
import weir.ports.PortKind;
import weir.ports.PortRequest;
import weir.ports.PortSpec;
import weir.ports.shm.ShmKind;
import weir.ports.tap.TapKind;

/** The kinds of port that a spec can name. */
public final class PortSpecs {
    private static final List<PortKind> KINDS = List.of( //
            new TapKind(), //
            new ShmKind(), //
            new MemoryKind());
    private static final List<String> LATER = List.of("packet", "xdp", "pcap", "vxlan");

    private PortSpecs() {}

    /** Every kind, in the order in which they are shown. */
    public static List<PortKind> kinds() {
        return KINDS;
    }

    /**
     * Reads a spec; nothing on the machine is touched.
     *
     * @throws PortException when it names no kind that is known here, or does not fit its kind
     */
    public static PortRequest parse(String text) throws PortException {
        PortSpec spec = PortSpec.parse(text);
        for (PortKind kind : KINDS) {
            if (kind.name().equals(spec.kind())) {
                return kind.read(spec);
            }
        }
        throw unknown(spec);
    }

    private static PortException unknown(PortSpec spec) {
        String kind = PortSpec.quote(spec.kind());
        return LATER.contains(spec.kind())
                ? new PortException("port kind " + kind + " is not in this version", known())
                : new PortException(
                        "unknown port kind " + kind,
                        known() + "; " + String.join(", ", LATER) + " are not in this version");
    }

    private static String known() {
        return "port kinds are " + and(KINDS.stream().map(PortKind::form).toList());
    }

    private static String and(List<String> parts) {
        int last = parts.size() - 1;
        return String.join(", ", parts.subList(0, last)) + " and " + parts.get(last);
    }
}
