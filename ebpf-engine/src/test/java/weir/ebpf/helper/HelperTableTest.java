// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.helper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class HelperTableTest {
    private final HelperTable xdp = HelperTable.xdp();

    @Test
    void hasEveryHelperOnce() {
        List<HelperFunction> functions = HelperTable.xdpInSwitch().all().values().stream()
                .map(Helper::function)
                .toList();
        assertEquals(EnumSet.allOf(HelperFunction.class), Set.copyOf(functions));
        assertEquals(HelperFunction.values().length, functions.size());
    }

    @Test
    void knowsWhichHelpersMovePacketBounds() {
        assertEquals(
                Set.of("bpf_xdp_adjust_head", "bpf_xdp_adjust_tail", "bpf_xdp_adjust_meta", "bpf_tail_call"),
                namesWith(Helper.Flag.MOVES_PACKET));
    }

    @Test
    void knowsWhichHelpersNeedTheGpl() {
        assertEquals(
                Set.of(
                        "bpf_trace_printk",
                        "bpf_trace_vprintk",
                        "bpf_snprintf",
                        "bpf_perf_event_output",
                        "bpf_fib_lookup",
                        "bpf_check_mtu"),
                namesWith(Helper.Flag.GPL));
    }

    @Test
    void allowsOnlyUnlockUnderALock() {
        assertEquals(Set.of("bpf_spin_unlock"), namesWith(Helper.Flag.UNDER_LOCK));
    }

    private Set<String> namesWith(Helper.Flag flag) {
        return xdp.all().values().stream()
                .filter(helper -> helper.has(flag))
                .map(Helper::name)
                .collect(Collectors.toSet());
    }

    @Test
    void hasASizeBehindEveryMemory() {
        for (Helper helper : xdp.all().values()) {
            for (int i = 0; i < helper.arguments().size(); i++) {
                switch (helper.arguments().get(i).kind()) {
                    case MEMORY, MEMORY_OR_NULL, MEMORY_OUT, MEMORY_OUT_OR_NULL, MEMORY_IN_OUT -> {
                        Argument.Kind next = helper.arguments().get(i + 1).kind();
                        assertTrue(next == Argument.Kind.SIZE || next == Argument.Kind.SIZE_OR_ZERO, helper.name());
                    }
                    default -> {}
                }
            }
        }
    }

    @Test
    void namesTheSupportedHelpersWhenOneIsUnknown() {
        String refusal = xdp.refusal(9999);
        assertTrue(refusal.startsWith("unknown helper 9999; supported are map_lookup_elem#1, "), refusal);
        assertTrue(refusal.contains("redirect_map#51"), refusal);
    }

    /** A program type whose helpers 1 and 2 are swapped. */
    @Test
    void canBeExtendedWithOtherNumbers() {
        Helper lookup = xdp.find(1);
        Helper update = xdp.find(2);
        assertNotNull(lookup);
        assertNotNull(update);
        HelperTable other = xdp.with(1, update).with(2, lookup).with(4000, lookup);
        assertEquals(update, other.find(1));
        assertEquals(lookup, other.find(4000));
        assertEquals(lookup, xdp.find(1));
        assertNull(xdp.find(4000));
    }
}
