// SPDX-License-Identifier: Apache-2.0

package weir.testcontainers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.junit.jupiter.api.Test;
import weir.testcontainers.LinkDraft.Direction;
import weir.testcontainers.Wanted.Pair;

class WantedTest {
    private static final LinkDraft LOSSY = LinkDraft.NOTHING.with(Direction.BOTH, "loss", "1%");

    @Test
    void aPairIsTheSameWhicheverComesFirst() {
        assertEquals(Pair.of("a", "b"), Pair.of("b", "a"));
        Wanted cut = Wanted.NOTHING.withCuts(Set.of(Pair.of("b", "a"), Pair.of("a", "c")));
        assertEquals(Set.of("b", "c"), cut.cutFrom("a"));
        assertEquals(Set.of("a"), cut.cutFrom("c"));
        assertEquals(Set.of(), cut.withoutCuts().cutFrom("a"));
    }

    @Test
    void onlyContainersWhoseLinksDifferAreToBeChanged() {
        Wanted before = Wanted.NOTHING.withLink("a", LOSSY).withCuts(Set.of(Pair.of("b", "c")));
        Wanted after = before.withLink("d", LOSSY).withCuts(Set.of(Pair.of("b", "e")));
        assertEquals(Set.of("b", "d", "e"), after.differing(before));
        assertEquals(Set.of("b", "d", "e"), before.differing(after));
        assertEquals(Set.of(), before.differing(before));
    }

    @Test
    void aLinkWithoutSettingsIsNone() {
        assertEquals(Wanted.NOTHING, Wanted.NOTHING.withLink("a", LOSSY).withLink("a", LinkDraft.NOTHING));
    }
}
