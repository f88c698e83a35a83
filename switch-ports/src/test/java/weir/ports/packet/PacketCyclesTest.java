// SPDX-License-Identifier: Apache-2.0
package weir.ports.packet;

import weir.core.port.Port;
import weir.ports.linux.LinkCyclesTest;
import weir.ports.testing.Netns;

class PacketCyclesTest extends LinkCyclesTest {
    @Override
    protected void prepare(Netns netns) {
        Veth.make(netns);
    }

    @Override
    protected Port open(Netns netns, int queues) throws Exception {
        return PacketPort.open(Veth.spec(netns, "&queues=" + queues));
    }

    @Override
    protected String outsideLink() {
        return Veth.PEER;
    }
}
