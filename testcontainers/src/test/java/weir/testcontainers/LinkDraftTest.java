// SPDX-License-Identifier: Apache-2.0

package weir.testcontainers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import weir.core.link.LinkSettings;
import weir.testcontainers.LinkDraft.Direction;

class LinkDraftTest {
    private static final String MAC = "02:42:c6:12:00:02";

    private static void becomes(String expected, LinkDraft draft, String... cut) {
        assertEquals(LinkSettings.parse(expected), draft.settings(List.of(cut), 7));
    }

    @Test
    void isForBothDirectionsUnlessOneIsNamed() {
        LinkDraft draft = LinkDraft.NOTHING
                .with(Direction.BOTH, "loss", "10%")
                .with(Direction.TO, "delay", "20ms")
                .with(Direction.FROM, "down", "down");
        becomes("seed:7,direction:to,loss:10%,delay:20ms;direction:from,loss:10%,down", draft);
    }

    @Test
    void stationsThatAreCutAreCutBothWays() {
        becomes("seed:7,cut:" + MAC, LinkDraft.NOTHING, MAC);
        becomes(
                "seed:7,loss:1%,cut:" + MAC + "+02:42:c6:12:00:03",
                LinkDraft.NOTHING.with(Direction.BOTH, "loss", "1%"),
                "02:42:c6:12:00:03",
                MAC);
    }

    @Test
    void anEmptyValueTakesASettingAway() {
        LinkDraft draft = LinkDraft.NOTHING.with(Direction.BOTH, "loss", "10%");
        assertEquals(LinkDraft.NOTHING, draft.with(Direction.BOTH, "loss", ""));
        becomes("seed:7,direction:to,loss:10%;direction:from,delay:0ns", draft.with(Direction.FROM, "loss", ""));
    }

    @Test
    void whatDoesNotFitTogetherIsRefused() {
        LinkDraft draft = LinkDraft.NOTHING.with(Direction.BOTH, "jitter", "5ms");
        assertThrows(IllegalArgumentException.class, () -> draft.settings(List.of(), 1));
    }
}
