// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

import weir.core.port.Port;
import weir.ports.linux.LinkCyclesTest;
import weir.ports.testing.Netns;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

@RequiresFeature({Feature.ROOT, Feature.TUN, Feature.NETNS})
class TapCyclesTest extends LinkCyclesTest {
    private static final String LINK = "g";

    @Override
    protected void prepare(Netns netns) {
        // The interface comes and goes with the port.
    }

    @Override
    protected Port open(Netns netns, int queues) throws Exception {
        return TapPort.open("tap:" + LINK + "?netns=" + netns.path() + "&queues=" + queues);
    }

    @Override
    protected String outsideLink() {
        return LINK;
    }
}
