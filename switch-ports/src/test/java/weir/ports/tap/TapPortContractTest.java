// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

import weir.core.port.Port;
import weir.ports.linux.LinkPortContractTest;
import weir.ports.testing.Netns;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/**
 * The port contract for TAP ports; see the subclasses. None of them is ever full: write(2) has delivered a frame to the
 * host when it returns, and what a slow reader loses is lost at its own socket.
 */
@RequiresFeature({Feature.ROOT, Feature.TUN, Feature.NETNS})
abstract class TapPortContractTest extends LinkPortContractTest {
    private static final String LINK = "t1";

    private final String options;

    /** @param options of the spec behind the namespace, each with its {@code &} */
    TapPortContractTest(String options) {
        this.options = options;
    }

    @Override
    protected Port open(Netns netns) throws Exception {
        return TapPort.open("tap:" + LINK + "?netns=" + netns.path() + options);
    }

    @Override
    protected String ownLink() {
        return LINK;
    }

    @Override
    protected String outsideLink() {
        return LINK;
    }
}
