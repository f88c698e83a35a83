// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.helper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;
import weir.ebpf.isa.HelperNames;
import weir.ebpf.program.ProgramType;

class HelperNamesTest {
    @Test
    void agreesWithTheTableOfHelpers() {
        HelperTable.xdp().all().forEach((number, helper) -> assertEquals(helper.name(), HelperNames.of(number)));
    }

    @Test
    void agreesWithTheTableOfValesHelpers() {
        HelperTable vale = HelperTable.of(ProgramType.VALE);
        vale.all().forEach((number, helper) -> assertEquals("e" + helper.name(), HelperNames.ofVale(number)));
        assertEquals(3, vale.all().size());
        assertNull(HelperNames.ofVale(0));
        assertNull(HelperNames.ofVale(4));
    }

    @Test
    void knowsThoseThatTheEngineDoesNotHave() {
        assertEquals("bpf_clone_redirect", HelperNames.of(13));
        assertEquals("bpf_cgrp_storage_delete", HelperNames.of(211));
        assertNull(HelperNames.of(0));
        assertNull(HelperNames.of(212));
        assertNull(HelperNames.of(Integer.MIN_VALUE));
    }
}
