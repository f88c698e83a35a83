// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

/** As it is by default: with offloads, and a header in front of each frame. */
class OffloadTapPortTest extends TapPortContractTest {
    OffloadTapPortTest() {
        super("");
    }
}
