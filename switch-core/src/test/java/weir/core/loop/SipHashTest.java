// SPDX-License-Identifier: Apache-2.0
package weir.core.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SipHashTest {
    /** Key 00 to 0f, message 00 to 0f: entry 16 of vectors_sip64, vectors.h of the reference implementation. */
    @Test
    void givesTheReferenceValue() {
        long low = 0x0706_0504_0302_0100L;
        long high = 0x0f0e_0d0c_0b0a_0908L;
        assertEquals(0x3f2a_cc7f_57c2_9bdbL, SipHash.of(low, high, low, high));
    }
}
