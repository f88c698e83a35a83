// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import weir.ebpf.map.RedirectMap;
import weir.ebpf.xdp.ValeVerdict;
import weir.ebpf.xdp.XdpAction;
import weir.ebpf.xdp.XdpBatch;

/**
 * What a program said about a frame, packed, for comparing programs. What one for VALE-BPF says is put in XDP's terms,
 * so that programs of both types compare.
 *
 * <pre>
 *  63                              32 31                               0
 * +----------------------------------+----------------------------------+
 * |  action, or FAULT                |  redirects: number, ALL or FLOOD |
 * +----------------------------------+----------------------------------+
 * </pre>
 */
final class Outcome {
    private static final int ALL = -2;
    private static final int FLOOD = -3;
    private static final int FAULT = -2;

    private Outcome() {}

    /** Without any program a frame passes. */
    static final long PASSED = pack(XdpAction.PASS, 0);

    static long ofXdp(XdpBatch xdp, int k) {
        if (xdp.faults()[k] != XdpBatch.NO_FAULT) {
            return pack(FAULT, 0);
        }
        int action = xdp.actions()[k];
        return pack(action, action == XdpAction.REDIRECT ? target(xdp, k) : 0);
    }

    static long ofVale(XdpBatch xdp, int k) {
        if (xdp.faults()[k] != XdpBatch.NO_FAULT) {
            return pack(FAULT, 0);
        }
        int action = xdp.actions()[k];
        if (ValeVerdict.isDrop(action)) {
            return pack(XdpAction.DROP, 0);
        }
        return pack(XdpAction.REDIRECT, action == ValeVerdict.BROADCAST ? FLOOD : ValePorts.numberOf(action));
    }

    private static int target(XdpBatch xdp, int k) {
        int port = xdp.redirectPorts()[k];
        if (port != XdpBatch.ELSEWHERE) {
            return port;
        }
        if ((xdp.redirectFlags(k) & RedirectMap.BROADCAST) != 0) {
            return ALL;
        }
        if (xdp.target(k) == XdpBatch.FLOOD) {
            return FLOOD;
        }
        return xdp.targetMap(k) == null ? (int) xdp.target(k) : xdp.entryPort(k);
    }

    private static long pack(int action, int target) {
        return (long) action << Integer.SIZE | Integer.toUnsignedLong(target);
    }

    /** {@code XDP_REDIRECT to port 3} and so on. */
    static String text(long outcome) {
        int action = (int) (outcome >> Integer.SIZE);
        int target = (int) outcome;
        if (action == FAULT) {
            return "fault";
        }
        String name = XdpAction.name(action);
        if (action != XdpAction.REDIRECT) {
            return name;
        }
        return switch (target) {
            case ALL -> name + " to all of a map";
            case FLOOD -> name + " to all other ports";
            default -> name + " to port " + target;
        };
    }
}
