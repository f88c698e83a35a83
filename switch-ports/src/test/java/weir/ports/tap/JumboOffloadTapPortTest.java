// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

/** With offloads, and frames that fill more than a small slot without them. */
class JumboOffloadTapPortTest extends TapPortContractTest {
    JumboOffloadTapPortTest() {
        super("&mtu=9000");
    }
}
