// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

import weir.core.port.Port;
import weir.ports.linux.LinkSwitchTest;
import weir.ports.testing.Netns;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

@RequiresFeature({Feature.ROOT, Feature.TUN, Feature.NETNS})
class TapSwitchTest extends LinkSwitchTest {
    private static final String LINK = "t1";

    @Override
    protected Port open(Netns netns) throws Exception {
        return TapPort.open("tap:" + LINK + "?netns=" + netns.path());
    }

    @Override
    protected String link() {
        return LINK;
    }

    @Override
    protected String hostLink() {
        return LINK;
    }
}
