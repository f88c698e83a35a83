// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import weir.ebpf.xdp.ValeVerdict;

/**
 * The table of ports that VALE-BPF programs see: 0 to 253 ({@code NM_BDG_MAXPORTS} of {@code netmap_bdg.h}, less the
 * two that are verdicts). The index of a port is its number less 1, so that a switch's first port is 0 as in VALE.
 */
public final class ValePorts {
    /** Index of ports that are not in the table: those with numbers above 254. As a verdict it is a drop. */
    public static final int NONE = ValeVerdict.DROP;

    private ValePorts() {}

    /** Index of the port with a number from 1 up, or {@link #NONE}. */
    public static int indexOf(int portNumber) {
        return portNumber > ValeVerdict.MAX_PORT + 1 ? NONE : portNumber - 1;
    }

    /** Number of the port at an index of 0 to 253. */
    public static int numberOf(int index) {
        return index + 1;
    }
}
