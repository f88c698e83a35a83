// SPDX-License-Identifier: Apache-2.0
package weir.ports.xdp;

import weir.core.port.Port;
import weir.ports.linux.LinkPortContractTest;
import weir.ports.testing.Netns;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** The port contract for AF_XDP ports on one end of a veth pair; see the subclasses. */
@RequiresFeature({Feature.ROOT, Feature.BPF_PROGRAMS, Feature.NETNS})
abstract class XdpPortContractTest extends LinkPortContractTest {
    private final String options;
    private final int mtuBytes;

    /** @param options of the spec behind the namespace, each with its {@code &} */
    XdpPortContractTest(String options, int mtuBytes) {
        this.options = options;
        this.mtuBytes = mtuBytes;
    }

    @Override
    protected Port open(Netns netns) throws Exception {
        Veth veth = Veth.in(netns, mtuBytes);
        return XdpPort.open("xdp:" + veth.near() + "?netns=" + netns.path() + options);
    }

    @Override
    protected String ownLink() {
        return Veth.NEAR;
    }

    @Override
    protected String outsideLink() {
        return Veth.FAR;
    }
}
