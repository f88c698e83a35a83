// SPDX-License-Identifier: Apache-2.0

package weir.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class RequiresFeatureTest {
    private static final List<String> NO_TUN = List.of("TUN: /dev/net/tun does not exist");

    @Test
    void runsWhenNothingIsMissing() {
        assertFalse(RequiresFeatureCondition.decide(List.of(), true).isDisabled());
    }

    @Test
    void skipsAndSaysWhyWhenAFeatureIsMissing() {
        var decision = RequiresFeatureCondition.decide(NO_TUN, false);

        assertEquals(
                "missing feature TUN: /dev/net/tun does not exist",
                decision.getReason().orElseThrow());
        assertTrue(decision.isDisabled());
    }

    @Test
    void failsWhenAFeatureIsMissingAndSkippingIsForbidden() {
        var failure = assertThrows(AssertionError.class, () -> RequiresFeatureCondition.decide(NO_TUN, true));

        assertEquals(
                "missing feature TUN: /dev/net/tun does not exist (WEIR_REQUIRE=all forbids to skip)",
                failure.getMessage());
    }

    @Test
    void requiresWhatTheSettingNamesAndNothingElse() {
        assertFalse(RequiresFeatureCondition.isRequired(Feature.TUN, null));
        assertFalse(RequiresFeatureCondition.isRequired(Feature.TUN, ""));
        assertTrue(RequiresFeatureCondition.isRequired(Feature.TUN, "all"));
        assertTrue(RequiresFeatureCondition.isRequired(Feature.TUN, "all,-BPF_PROGRAMS"));
        assertFalse(RequiresFeatureCondition.isRequired(Feature.BPF_PROGRAMS, "all,-BPF_PROGRAMS"));
    }
}
