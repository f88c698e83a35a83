// SPDX-License-Identifier: Apache-2.0
package weir.ports.xdp;

/** The contract in mode native with an MTU of 1770. */
class LongXdpPortTest extends XdpPortContractTest {
    LongXdpPortTest() {
        super("&mode=native", 1770);
    }
}
