// SPDX-License-Identifier: Apache-2.0
package weir.ports.xdp;

/** The contract in mode native with an MTU of 1500. */
class NativeXdpPortTest extends XdpPortContractTest {
    NativeXdpPortTest() {
        super("&mode=native", 1500);
    }
}
