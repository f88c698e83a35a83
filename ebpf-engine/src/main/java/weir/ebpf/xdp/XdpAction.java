// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.xdp;

/** Return values of XDP programs, {@code enum xdp_action}, {@code uapi/linux/bpf.h}. */
public final class XdpAction {
    public static final int ABORTED = 0;
    public static final int DROP = 1;
    public static final int PASS = 2;
    public static final int TX = 3;
    public static final int REDIRECT = 4;

    private XdpAction() {}

    /** {@code XDP_PASS} and so on; the number for anything that is no action. */
    public static String name(int action) {
        return switch (action) {
            case ABORTED -> "XDP_ABORTED";
            case DROP -> "XDP_DROP";
            case PASS -> "XDP_PASS";
            case TX -> "XDP_TX";
            case REDIRECT -> "XDP_REDIRECT";
            default -> Integer.toUnsignedString(action);
        };
    }
}
