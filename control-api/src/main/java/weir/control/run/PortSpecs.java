// SPDX-License-Identifier: Apache-2.0
package weir.control.run;

import java.util.List;
import weir.core.port.PortException;
import weir.ports.PortKind;
import weir.ports.PortRequest;
import weir.ports.PortSpec;
import weir.ports.capture.CaptureKind;
import weir.ports.discard.NullKind;
import weir.ports.packet.PacketKind;
import weir.ports.shm.ShmKind;
import weir.ports.tap.TapKind;
import weir.ports.unix.UnixKind;
import weir.ports.xdp.XdpKind;

/** The kinds of port that a spec can name. */
public final class PortSpecs {
    private static final List<PortKind> KINDS = List.of( //
            new TapKind(), //
            new PacketKind(), //
            new XdpKind(), //
            new ShmKind(), //
            new UnixKind(), //
            new CaptureKind(), //
            new NullKind(), //
            new MemoryKind());

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
        throw new PortException("unknown port kind " + PortSpec.quote(spec.kind()), known());
    }

    private static String known() {
        return "port kinds are " + and(KINDS.stream().map(PortKind::form).toList());
    }

    private static String and(List<String> parts) {
        int last = parts.size() - 1;
        return String.join(", ", parts.subList(0, last)) + " and " + parts.get(last);
    }
}
