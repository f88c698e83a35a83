// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

/** Without offloads: reads into large slots and copies short frames on to small ones. */
class JumboTapPortTest extends TapPortContractTest {
    JumboTapPortTest() {
        super("&mtu=9000&vnet=off");
    }
}
