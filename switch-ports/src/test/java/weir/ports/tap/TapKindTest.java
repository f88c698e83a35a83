// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import weir.ports.PortAvailability;
import weir.ports.linux.NetworkNamespace;
import weir.ports.testing.Netns;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

class TapKindTest {
    @Test
    @RequiresFeature({Feature.ROOT, Feature.TUN, Feature.NETNS})
    void findsOutThatTapsMayBeMadeWithoutMakingOne() throws Exception {
        try (Netns netns = new Netns()) {
            String before = netns.ip("-o", "link");

            PortAvailability found = NetworkNamespace.call(netns.path(), () -> new TapKind().probe());

            assertTrue(found.available(), found::detail);
            assertEquals("", found.remedy());
            assertEquals(before, netns.ip("-o", "link"));
        }
    }

    @Test
    void aGapHasARemedyAndWhatWorksHasNone() {
        assertFalse(PortAvailability.lacks("no", "do this").available());
        assertThrows(IllegalArgumentException.class, () -> PortAvailability.lacks("no", ""));
        assertThrows(IllegalArgumentException.class, () -> new PortAvailability(true, "yes", "do this"));
    }
}
