// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

/** Without offloads: reads into small slots. */
class PlainTapPortTest extends TapPortContractTest {
    PlainTapPortTest() {
        super("&vnet=off&engine=read");
    }
}
