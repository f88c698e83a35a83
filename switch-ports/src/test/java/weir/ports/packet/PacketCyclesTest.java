// SPDX-License-Identifier: Apache-2.0
package weir.ports.packet;

import weir.core.port.Port;
import weir.ports.linux.LinkCyclesTest;
import weir.ports.testing.Netns;
import weir.testing.RunSize;

class PacketCyclesTest extends LinkCyclesTest {
    @Override
    protected void prepare(Netns netns) {
        Veth.make(netns);
    }

    @Override
    protected Port open(Netns netns, int queues) throws Exception {
        return PacketPort.open(Veth.spec(netns, "&queues=" + queues));
    }

    /** Fewer, for the kernel waits until nobody uses a packet socket any more when it closes it. */
    @Override
    protected int cycles() {
        return RunSize.of(15, 300);
    }

    @Override
    protected String outsideLink() {
        return Veth.PEER;
    }
}
