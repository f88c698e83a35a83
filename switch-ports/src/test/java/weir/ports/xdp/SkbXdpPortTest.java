// SPDX-License-Identifier: Apache-2.0
package weir.ports.xdp;

/** The contract in mode skb with an MTU of 1500. */
class SkbXdpPortTest extends XdpPortContractTest {
    SkbXdpPortTest() {
        super("&mode=skb", 1500);
    }
}
