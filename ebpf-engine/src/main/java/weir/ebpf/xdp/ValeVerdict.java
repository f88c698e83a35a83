// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.xdp;

/**
 * Return values of VALE-BPF programs, {@code net/vale_bpf_uapi.h} there: the index of a port, or one of these. They
 * are what {@code lookup} of VALE's switch may return ({@code netmap_bdg.h}), where 255 and everything above means no
 * port.
 */
public final class ValeVerdict {
    /** Largest index of a port. */
    public static final int MAX_PORT = 253;

    /** To all ports but the one that the frame came in by. */
    public static final int BROADCAST = 254;

    /** To none, as for everything above. */
    public static final int DROP = 255;

    private ValeVerdict() {}

    /** Whether a return value is the index of a port. */
    public static boolean isPort(int action) {
        return Integer.compareUnsigned(action, MAX_PORT) <= 0;
    }

    /** Whether a return value, unsigned, sends the frame nowhere. */
    public static boolean isDrop(int action) {
        return Integer.compareUnsigned(action, DROP) >= 0;
    }

    /** {@code port 3}, {@code broadcast} or {@code drop}. */
    public static String name(int action) {
        if (isDrop(action)) {
            return "drop";
        }
        return action == BROADCAST ? "broadcast" : "port " + action;
    }
}
