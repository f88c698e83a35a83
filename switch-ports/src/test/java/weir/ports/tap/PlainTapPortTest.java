// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

class PlainTapPortTest extends TapPortContractTest {
    PlainTapPortTest() {
        super("");
    }
}
